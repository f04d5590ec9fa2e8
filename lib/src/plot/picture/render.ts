import { given, type OrNull } from '../../options.js';
import type { TimePlot } from '../player/time-plot.js';
import type { Spec } from '../spec.js';
import { encodeReduced } from './png.js';
import { timePlots } from './time-plots.js';

export interface RenderOptions {
  /** Pixels of the picture per pixel of the chart. Default 1. */
  scale?: number;
}

/** Scripts that DejaVu Sans lacks: their titles take a font of the system. */
export const EAST_ASIAN: RegExp = /[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef]/;

/** Mean width of DejaVu Sans' characters, in parts of the font size. */
export const CHARACTER_WIDTH = 0.6;

/** Vega reports on the console, where a notebook shows it in red; a chart that cannot be drawn is an error instead. */
const QUIET = {
  level: (): unknown => QUIET,
  error: (error: unknown): never => {
    throw error instanceof Error ? error : new Error(String(error));
  },
  warn: (): unknown => QUIET,
  info: (): unknown => QUIET,
  debug: (): unknown => QUIET,
};

/** Vega's estimate of text widths, which its type declarations leave out. */
interface TextMetrics {
  textMetrics: { width: (item: { fontSize?: number }, text: string) => number };
}

/**
 * Draws a chart as an SVG document, by Vega-Lite and Vega without a browser.
 *
 * Both are loaded at the first call: `import 'onpa'` stays quick.
 *
 * @throws Error where the spec is none that Vega-Lite can draw
 * @see {@link renderPng}
 *
 * @example
 * await writeFile('waveform.svg', await renderSvg(waveshow(waveform)));
 */
export async function renderSvg(spec: Spec): Promise<string> {
  return (await draw(spec)).svg;
}

/** A chart as Vega draws it. */
export interface Drawing {
  svg: string;
  /** The Vega specification that Vega-Lite made of the chart. */
  compiled: Spec;
  /** Of each part of a chart of several: what its axes, title and legend take beside its width, in pixels. */
  margins: number[];
  /** In pixels. */
  size: { width: number; height: number };
  /** The plots along whose x axis time runs. */
  timePlots: TimePlot[];
}

/** The picture of a chart, and what is known of its parts. */
export async function draw(spec: Spec): Promise<Drawing> {
  const [vega, vegaLite] = await Promise.all([import('vega'), import('vega-lite')]);
  // Without a canvas Vega takes each character for 0.8 of the font size, which spreads the axes.
  const { textMetrics } = vega as unknown as TextMetrics;
  textMetrics.width = (item, text) => CHARACTER_WIDTH * (item.fontSize ?? 11) * String(text).length;
  const { spec: compiled } = vegaLite.compile(spec as never, { logger: QUIET as never });
  const view = new vega.View(vega.parse(compiled), { renderer: 'none', logger: QUIET as never });
  try {
    const svg = await view.toSVG();
    const [width, height] = [...svg.matchAll(/\b(?:width|height)="([\d.]+)"/g)].map(([, length]) => Number(length));
    const size = { width, height };
    return {
      svg,
      compiled: compiled as unknown as Spec,
      margins: marginsOf(view as unknown as Scene),
      size,
      timePlots: timePlots(compiled as unknown as Spec, view, size),
    };
  } finally {
    view.finalize();
  }
}

/** The part of Vega's scene that has the charts of a concatenation, which its type declarations leave out. */
interface Scene {
  scenegraph(): { root: { items: { items: { marktype: string; items: SceneItem[] }[] }[] } };
}

interface SceneItem {
  width?: number;
  bounds: { x1: number; x2: number };
}

function marginsOf(view: Scene): number[] {
  const groups = view.scenegraph().root.items[0].items.filter(({ marktype }) => marktype === 'group');
  const items = groups.map(({ items }) => items[0]).filter((item) => item?.width !== undefined);
  return items.map(({ width = 0, bounds }) => bounds.x2 - bounds.x1 - width);
}

/**
 * Draws a chart as a PNG file, for README pictures and wherever notebooks are shown without scripts.
 *
 * Text is set in DejaVu Sans, matplotlib's font, which comes with the library: a bare machine draws the same picture.
 *
 * @throws Error where the spec is none that Vega-Lite can draw
 * @see {@link renderSvg}, {@link show}
 *
 * @example
 * await writeFile('waveform.png', await renderPng(waveshow(waveform)));
 */
export async function renderPng(spec: Spec, options: OrNull<RenderOptions> = {}): Promise<Uint8Array> {
  const { scale = 1 } = given<RenderOptions>(options);
  return pngOf(await renderSvg(spec), scale);
}

/** The SVG document as a PNG file. */
export async function pngOf(svg: string, scale: number = 1): Promise<Uint8Array> {
  const { Resvg } = await import('@resvg/resvg-js');
  const resvg = new Resvg(svg, {
    fitTo: { mode: 'zoom', value: scale },
    imageRendering: 1,
    font: {
      fontFiles: [require.resolve('dejavu-fonts-ttf/ttf/DejaVuSans.ttf')],
      loadSystemFonts: EAST_ASIAN.test(svg),
      defaultFontFamily: 'DejaVu Sans',
      sansSerifFamily: 'DejaVu Sans',
    },
  });
  const { pixels, width, height } = resvg.render();
  return encodeReduced(pixels, width, height);
}
