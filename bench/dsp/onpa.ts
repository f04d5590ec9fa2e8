// One function of onpa, called as often as standard input says. Arguments: function, iterations, then the files of
// writeInputs for warming up and for measuring.
import { readFileSync } from 'node:fs';
import {
  amplitudeToDb,
  beatTrack,
  chromaStft,
  FloatMatrix,
  griffinLim,
  istft,
  load,
  melSpectrogram,
  melToStft,
  resample,
  stft,
} from 'onpa';
import { peakMemory, resetPeakMemory } from '../memory.js';
import { serve } from '../serve.js';
import type { DspInputs } from './inputs.js';

const sampleRate = 22050;

function readFloats(path: string): Float32Array {
  const { buffer, byteOffset, length } = readFileSync(path);
  return new Float32Array(buffer, byteOffset, length / 4);
}

function readMagnitude(path: string): FloatMatrix {
  const data = readFloats(path);
  return new FloatMatrix(1025, data.length / 1025, data);
}

/** Reads the input, and gives the work to be timed. */
type Prepare = (files: DspInputs, nIter: number) => () => unknown;

const prepare: Record<string, Prepare> = {
  stft: (files) => {
    const samples = readFloats(files.samples);
    return () => stft(samples);
  },
  istft: (files) => {
    const spectrogram = stft(readFloats(files.samples));
    return () => istft(spectrogram);
  },
  melSpectrogram: (files) => {
    const waveform = { samples: readFloats(files.samples), sampleRate };
    return () => melSpectrogram(waveform);
  },
  melToStft: (files) => {
    const waveform = { samples: readFloats(files.samples), sampleRate };
    const mel = melSpectrogram(waveform, { nMels: 80, nFft: 1024, hopLength: 256 });
    return () => melToStft(mel, { nFft: 1024 });
  },
  chromaStft: (files) => {
    const waveform = { samples: readFloats(files.samples), sampleRate };
    return () => chromaStft(waveform);
  },
  beatTrack: (files) => {
    const waveform = { samples: readFloats(files.samples), sampleRate };
    return () => beatTrack(waveform);
  },
  amplitudeToDb: (files) => {
    const magnitude = readMagnitude(files.magnitude);
    return () => amplitudeToDb(magnitude, { ref: 'max' });
  },
  griffinLim: (files, nIter) => {
    const magnitude = readMagnitude(files.magnitude);
    return () => griffinLim(magnitude, { nIter, seed: 0 });
  },
  resample: (files) => {
    const samples = readFloats(files.samples);
    return () => resample(samples, { from: sampleRate, to: 16000 });
  },
  load: (files) => () => load(files.recording),
};

async function main(): Promise<void> {
  const [name, nIter, warmUp, files] = process.argv.slice(2);
  const idle = peakMemory();
  const first = prepare[name](JSON.parse(warmUp), Number(nIter));
  for (let i = 0; i < 2; i++) await first();
  const work = prepare[name](JSON.parse(files), Number(nIter));
  resetPeakMemory();
  await serve(work, { idle });
}

main();
