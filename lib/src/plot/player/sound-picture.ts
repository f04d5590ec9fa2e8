import { powerToDb } from '../../dsp/decibel.js';
import { FloatMatrix } from '../../dsp/float-matrix.js';
import { melSpectrogram } from '../../dsp/mel.js';
import type { Waveform } from '../../dsp/waveform.js';
import { ParameterError } from '../../errors.js';
import { requireWaveform, told } from '../../numbers.js';
import { draw, pngOf } from '../picture/render.js';
import { isChart, type Spec } from '../spec.js';
import { specshow } from '../specshow.js';
import { waveshow } from '../waveshow.js';
import type { TimePlot } from './time-plot.js';

/** What a player shows of a sound: its waveform, its mel spectrogram, or a chart whose x axis is time. */
export type SoundPicture = 'waveform' | 'spectrogram' | Spec;

/** A picture as a player has it. */
export interface DrawnPicture {
  png: Uint8Array;
  /** Width at which it is shown where the column has room, in pixels of CSS. */
  width: number;
  height: number;
  /** What is seen, in words. */
  alt: string;
  timePlots: TimePlot[];
}

const WIDTH = 640;
const HEIGHT = 120;

/** Of one of several, which stand below each other. */
export const LOW_HEIGHT = 72;

/** Pixels of the picture per pixel of CSS, as many screens have them. */
const SCALE = 2;

const BANDS = 64;

/** Levels are told apart in steps of so many dB, which halves the picture's bytes. */
const STEP = 2;

/**
 * Draws what a player shows.
 *
 * @param height - of the plot, in pixels; a chart has its own
 * @throws ParameterError where `show` is no picture of a sound, or a chart without an axis of time
 */
export async function drawSound(
  waveform: Waveform,
  show: SoundPicture,
  height: number = HEIGHT,
): Promise<DrawnPicture> {
  const spec = chartOf(waveform, show, height);
  const { svg, size, timePlots } = await draw(spec);
  if (timePlots.length === 0) {
    throw new ParameterError(
      "show is a chart without an axis of time; give one whose x axis has the title 'Time (s)', as waveshow and specshow do",
    );
  }
  const alt = [spec.description, spec.title].find((text) => typeof text === 'string' && text !== '');
  return { png: await pngOf(svg, SCALE), ...size, alt: alt === undefined ? 'Chart' : String(alt), timePlots };
}

function chartOf(waveform: Waveform, show: SoundPicture, height: number): Spec {
  if (show === 'waveform') return waveshow(waveform, { width: WIDTH, height, zoomPoints: 0 });
  if (show === 'spectrogram') return spectrogram(waveform, height);
  if (isChart(show)) return show;
  throw new ParameterError(
    `show is ${typeof show === 'string' ? `'${show}'` : told(show)}; give 'waveform', 'spectrogram' or a chart over time`,
  );
}

/** 64 mel bands, in dB below the loudest: few enough cells that many of these pictures fit into a notebook. */
function spectrogram(waveform: Waveform, height: number): Spec {
  requireWaveform('waveform', waveform);
  const { sampleRate } = waveform;
  // A frame is about 93 ms at any rate, as librosa's is at its own.
  const nFft = Math.max(256, 2 ** Math.round(Math.log2(0.093 * sampleRate)));
  const hopLength = nFft / 8;
  const db = powerToDb(melSpectrogram(waveform, { nFft, hopLength, nMels: BANDS }), { ref: 'max' });
  const steps = new FloatMatrix(db.rows, db.columns);
  for (let i = 0; i < steps.data.length; i++) steps.data[i] = STEP * Math.round(db.data[i] / STEP);
  return specshow(steps, {
    yAxis: 'mel',
    sampleRate,
    hopLength,
    width: WIDTH,
    height,
    colorbar: false,
    tooltip: false,
  });
}
