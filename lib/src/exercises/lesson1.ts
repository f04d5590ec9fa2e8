import { quantize } from '../dsp/quantize.js';
import type { Waveform } from '../dsp/waveform.js';
import { ParameterError } from '../errors.js';
import { requireWaveform } from '../numbers.js';
import { requireNumber, requireRate } from '../validation.js';
import { draws } from './draws.js';
import { isSame, judgeNumber } from './exercise.js';
import { judgeFunction } from './trial.js';

/** The exercises of lesson 1, the waveform. */
export const lesson1 = {
  /** How many numbers three minutes of stereo at 44,100 Hz are. */
  count(answer: unknown): void {
    judgeNumber(answer, {
      name: 'lesson1.count',
      isRight: (n) => isSame(n, 3 * 60 * 44100 * 2),
      hint: 'seconds × samples a second × channels.',
    });
  },

  /** At which frequency, in Hz, a tone of 5,000 Hz is heard that was sampled 8,000 times a second. */
  alias(answer: unknown): void {
    judgeNumber(answer, {
      name: 'lesson1.alias',
      isRight: (hz) => isSame(hz, 8000 - 5000),
      hint: 'the tone is mirrored at the Nyquist frequency, 4,000 Hz.',
    });
  },

  /**
   * How many bits a recording needs for a signal-to-noise ratio of at least 40 dB.
   *
   * @param waveform - the recording
   */
  bits(answer: unknown, waveform: Waveform): void {
    requireWaveform('waveform', waveform);
    judgeNumber(answer, {
      name: 'lesson1.bits',
      isRight: (bits) => bits === bitsFor(40, waveform),
      hint: 'print snr: its first entry is that of 2 bits, and the first that is not below 40 counts.',
    });
  },

  /**
   * Builds `aliasFrequency(hz, sampleRate)`: the frequency, in Hz, at which a tone is heard that was sampled without a filter.
   *
   * @param answer - the function
   * @param sampleRate - at which it is tried, in Hz
   * @param highest - of the tones that it is tried with, in Hz; above the sampling rate they are mirrored more than once
   */
  aliasFrequency(answer: unknown, sampleRate: number, highest: number): void {
    requireRate('sampleRate', sampleRate);
    requireNumber('highest', highest, 1);
    const next = draws(sampleRate + highest);
    const tones = Array.from({ length: 40 }, () => Math.round(highest * next()));
    // First what is near the edges, from the lowest on.
    const edges = [0, 1, 1 / 2, 3 / 8, 5 / 8, 7 / 8].map((share) => Math.round(share * highest)).sort((a, b) => a - b);
    judgeFunction(answer, {
      name: 'lesson1.aliasFrequency',
      trials: [...edges, ...tones].map((hz) => ({
        given: `${hz.toLocaleString('en')} Hz at ${sampleRate.toLocaleString('en')} Hz`,
        inputs: [hz, sampleRate],
        truth: Math.abs(hz - sampleRate * Math.round(hz / sampleRate)),
        // Who folds by a sine and an arcsine gets next to nothing for 0.
        scale: sampleRate,
      })),
      hint: 'samples cannot tell a tone from one that is a whole number of sampling rates higher or lower; the lowest is heard.',
    });
  },
};

/** The fewest bits, from 2 on, for a signal-to-noise ratio in dB. */
function bitsFor(decibels: number, { samples }: Waveform): number {
  for (let bits = 2; bits <= 24; bits++) if (signalToNoise(samples, quantize(samples, bits)) >= decibels) return bits;
  throw new ParameterError('waveform is silent, or next to it; give a recording that can be heard');
}

function signalToNoise(signal: Float32Array, rounded: Float32Array): number {
  let power = 0;
  let error = 0;
  for (let i = 0; i < signal.length; i++) {
    power += signal[i] ** 2;
    error += (signal[i] - rounded[i]) ** 2;
  }
  return 10 * Math.log10(power / error);
}
