import type { AbstractMatrix } from 'ml-matrix';
import { given, type OrNull } from '../options.js';
import { requireChoice, requirePositive } from '../validation.js';
import { extent, plainAxis } from './axes/axis.js';
import { type FrequencyOptions, frequencyScale } from './axes/frequency-axis.js';
import { timeAxis } from './axes/time-axis.js';
import { TIME_ZOOM, zoomName, zoomParams } from './axes/zoom.js';
import { requireMatrix, requireSize } from './chart-arguments.js';
import { type ColorOptions, colorbar, colorScale } from './picture/colormap.js';
import { image } from './picture/image.js';
import { evenCells, pixelCells, raster } from './picture/raster.js';
import { MOST_FIELDS, type TooltipOptions, tooltips } from './picture/tooltips.js';
import { type ChartOptions, chart, PLOT_HEIGHT, PLOT_WIDTH, type Spec } from './spec.js';
import { fromTo, short } from './words.js';

export interface SpecshowOptions extends ChartOptions, ColorOptions, FrequencyOptions {
  /** Seconds or frame numbers. Default `'time'`. */
  xAxis?: 'time' | 'frames';
  /** Samples between frames. Default 512. */
  hopLength?: number;
  /** The pointer shows time, frequency and level of the loudest cell near it. Default true. */
  tooltip?: boolean;
}

/**
 * A spectrogram, as `librosa.display.specshow` draws it, with its colour bar.
 *
 * The cells become one picture on real axes. Rows are warped to librosa's log axis (linear below the note C2) or mel axis
 * (linear below 1 kHz); a spectrogram of more cells than pixels is reduced to the pixels.
 *
 * @param db - (frequencies, frames) in dB, row 0 the lowest; of an stft 1 + nFft / 2 rows, or mel bands
 * @throws ParameterError where `db` is empty or not finite, or an option is out of range
 * @see {@link waveshow}, {@link matrix} for pictures without frequencies, `librosa.display.specshow`
 *
 * @example
 * await show(specshow(amplitudeToDb(stft(samples).magnitude(), { ref: 'max' }), { yAxis: 'log' }));
 */
export function specshow(db: AbstractMatrix, options: OrNull<SpecshowOptions> = {}): Spec {
  const chosen = given<SpecshowOptions>(options);
  const { xAxis = 'time', yAxis = 'hz', sampleRate = 22050, hopLength = 512, unit = 'dB' } = chosen;
  const levels = requireMatrix('db', db);
  requireChoice('xAxis', xAxis, ['time', 'frames']);
  requirePositive('hopLength', hopLength);
  requireSize(chosen);
  // The colour bar takes a fifth of the width, as in matplotlib.
  const { width = 0.8 * PLOT_WIDTH, height = PLOT_HEIGHT } = chosen;
  const y = frequencyScale(levels.rows, height, chosen);
  const colors = colorScale(levels.data, chosen, false);

  const perColumn = xAxis === 'time' ? hopLength / sampleRate : 1;
  const x: [number, number] = [-0.5 * perColumn, (levels.columns - 0.5) * perColumn];
  const toHz = (pixel: number) => y.toHz(y.domain[0] + (pixel / height) * (y.domain[1] - y.domain[0]));
  const columns = evenCells(levels.columns, Math.min(width, levels.columns));
  const url = raster(levels, { rows: pixelCells(y.edges, height, toHz), columns }, colors);
  const zoom = xAxis === 'time' ? TIME_ZOOM : zoomName(x);
  const xEncoding =
    xAxis === 'time'
      ? timeAxis(x)
      : { ...plainAxis('x', x, width, 'Frames', { integer: true, view: `${zoom}.frame` }), field: 'frame' };
  const up = Math.min(MOST_FIELDS, levels.rows);
  const fields: TooltipOptions = {
    x,
    y: y.domain,
    rows: pixelCells(y.edges, up, (field) => y.toHz(y.domain[0] + (field / up) * (y.domain[1] - y.domain[0])), 1),
    line: { title: 'Hz', first: 0, step: 1, count: (row) => Math.round(y.centers[row]) },
    column:
      xAxis === 'time'
        ? { title: 'Time (s)', first: 0, step: perColumn, format: '.2f' }
        : { title: 'Frame', first: 0, step: 1, format: 'd' },
    value: unit,
  };
  const loudest = levels.data.indexOf(extent(levels.data)[1]);
  const at = (loudest % levels.columns) * perColumn;
  const hz = Math.round(y.centers[Math.floor(loudest / levels.columns)]);
  const length = xAxis === 'time' ? `${short(levels.columns * perColumn)} s` : `${levels.columns} frames`;
  return chart({
    title: chosen.title,
    description: `${yAxis === 'mel' ? `Mel spectrogram, ${levels.rows} bands` : 'Spectrogram'}, ${length}, ${fromTo(Math.max(y.centers[0], y.toHz(y.domain[0])), Math.min(y.centers[levels.rows - 1], y.toHz(y.domain[1])), 'Hz')}, loudest at ${xAxis === 'time' ? `${short(at)} s` : `frame ${at}`}, ${hz} Hz`,
    width,
    height,
    layer: [
      image(url, { x: xEncoding, y: y.encoding }, zoomParams(zoom)),
      ...(chosen.colorbar === false ? [] : [colorbar(colors, height, unit)]),
      ...(chosen.tooltip === false ? [] : [tooltips(levels, fields)]),
    ],
  });
}
