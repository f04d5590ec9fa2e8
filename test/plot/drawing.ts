import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { inflateSync } from 'node:zlib';
import { FloatMatrix, renderSvg, type Spec } from 'onpa';
import { parse, View } from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';

/** What librosa and matplotlib draw; made by test/reference/plot_ticks.py. */
export const reference = JSON.parse(readFileSync(path.resolve('test/fixtures/plot.json'), 'utf8'));

/** The spec as Vega-Lite sees it, and what it complains about. */
export function warnings(spec: Spec): string[] {
  const heard: string[] = [];
  const logger = {
    level: () => logger,
    error: (...text: unknown[]) => logger.warn(...text),
    warn: (...text: unknown[]) => {
      heard.push(text.join(' '));
      return logger;
    },
    info: () => logger,
    debug: () => logger,
  };
  compile(spec as unknown as TopLevelSpec, { logger: logger as never });
  return heard;
}

/** Tick labels of the axes in the order in which they are drawn: x, then y. */
export async function tickLabels(spec: Spec): Promise<string[][]> {
  const svg = await renderSvg(spec);
  const groups = svg.match(/<g class="mark-text role-axis-label".*?<\/g>/g) ?? [];
  return groups.map((group) => [...group.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text]) => text));
}

interface Pixels {
  width: number;
  height: number;
  /** Six hexadecimal digits. */
  color(x: number, y: number): string;
}

/** Reads a PNG of the kind that the library writes: a palette, no filters. */
export function decodePng(png: Uint8Array): Pixels {
  const bytes = Buffer.from(png);
  const chunks = new Map<string, Buffer>();
  for (let at = 8; at < bytes.length; at += bytes.readUInt32BE(at) + 12) {
    chunks.set(bytes.toString('latin1', at + 4, at + 8), bytes.subarray(at + 8, at + 8 + bytes.readUInt32BE(at)));
  }
  const header = chunks.get('IHDR')!;
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)];
  const rows = inflateSync(chunks.get('IDAT')!);
  const palette = chunks.get('PLTE')!;
  const color = (x: number, y: number): string => {
    const index = rows[y * (width + 1) + 1 + x];
    return palette.toString('hex', index * 3, index * 3 + 3);
  };
  return { width, height, color };
}

/** The picture inside a chart made of an image. */
export function picture(spec: Spec): Pixels {
  const [layer] = spec.layer as { data: { values: { url: string }[] } }[];
  return decodePng(Buffer.from(layer.data.values[0].url.split(',')[1], 'base64'));
}

/** An axis as its encoding has it: the chart's own or, where there are layers, the first layer's. */
export function axis(spec: Spec, channel: 'x' | 'y'): { domain: number[]; ticks: number[]; title: string } {
  const first = (spec.layer as Spec[] | undefined)?.[0];
  const encodings = [spec, first].map((part) => part?.encoding as Record<string, Spec> | undefined);
  const found = encodings.map((encoding) => encoding?.[channel]).find((encoding) => encoding !== undefined);
  const { scale, axis: ticks, title } = found as { scale: Spec; axis: Spec; title: string };
  const { values } = ticks as { values: number[] | { expr: string } };
  // Of an axis that moves: those before it is moved.
  const [, fixed] = 'expr' in values ? (/null : (\[.*\])$/.exec(values.expr) ?? []) : [];
  return {
    domain: scale.domain as number[],
    ticks: 'expr' in values ? JSON.parse(fixed ?? '[]') : values,
    title,
  };
}

/** The longest table of a chart whose rows have this number, also after its time axis has been moved to a range of seconds. */
export async function rows(spec: Spec, field: string, range?: [number, number]): Promise<Record<string, number>[]> {
  const { spec: vega } = compile(spec as unknown as TopLevelSpec);
  const view = new View(parse(vega), { renderer: 'none' });
  try {
    await view.runAsync();
    if (range) await view.signal('zoom_time', range).runAsync();
    const tables = (vega.data ?? []).map(({ name }) => view.data(name) as Record<string, number>[]);
    return tables.filter(([row]) => typeof row?.[field] === 'number').sort((a, b) => b.length - a.length)[0];
  } finally {
    view.finalize();
  }
}

/** What a waveform's chart draws: `time`, `low` and `high` of bins of `hop` samples, or samples. */
export const bins = (spec: Spec, range?: [number, number]): Promise<Record<string, number>[]> =>
  rows(spec, 'high', range);

export function assertNear(actual: ArrayLike<number>, expected: readonly number[], tolerance = 1e-9): void {
  assert.equal(actual.length, expected.length, `${Array.from(actual)} instead of ${expected}`);
  expected.forEach((value, i) => {
    assert.ok(Math.abs(actual[i] - value) <= tolerance * Math.max(1, Math.abs(value)), `${actual[i]} not ${value}`);
  });
}

/** A matrix that rises from `low` to `high`, row after row. */
export function ramp(rows: number, columns: number, low = -80, high = 0): FloatMatrix {
  const last = rows * columns - 1;
  return new FloatMatrix(
    rows,
    columns,
    Float32Array.from({ length: last + 1 }, (_, i) => low + ((high - low) * i) / last),
  );
}
