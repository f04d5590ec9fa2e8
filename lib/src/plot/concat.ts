import { ParameterError } from '../errors.js';
import { isObject } from '../json.js';
import { given, type OrNull } from '../options.js';
import { requireItems } from './chart-arguments.js';
import { chart, part, type Spec } from './spec.js';

export interface ConcatOptions {
  /** Heading over all charts. */
  title?: string;
}

/** Between charts side by side, in pixels: their titles stay apart. */
const SPACING = 28;

const INDEPENDENT: Spec = { color: 'independent', strokeDash: 'independent' };

function concat(direction: 'hconcat' | 'vconcat', specs: readonly Spec[], options: OrNull<ConcatOptions>): Spec {
  const { title } = given<ConcatOptions>(options);
  requireItems('specs', specs, 'charts', isObject);
  if (specs.length === 0) throw new ParameterError(`${direction} got no charts; give at least one`);
  return chart({
    title,
    description: specs
      .map(({ description }) => description)
      .filter(Boolean)
      .join('. '),
    [direction]: specs.map(part),
    ...(direction === 'hconcat' ? { spacing: SPACING } : {}),
    resolve: { scale: INDEPENDENT, legend: INDEPENDENT },
  });
}

/**
 * Charts side by side, as one chart.
 *
 * @throws ParameterError where there are no charts
 * @see {@link vconcat}
 *
 * @example
 * await show(hconcat([256, 2048, 8192].map((nFft) => specshow(db(nFft), { width: 240, nFft }))));
 */
export function hconcat(specs: readonly Spec[], options: OrNull<ConcatOptions> = {}): Spec {
  return concat('hconcat', specs, options);
}

/**
 * Charts one below the other, as one chart. Waveforms among them zoom together.
 *
 * @throws ParameterError where there are no charts
 * @see {@link hconcat}
 *
 * @example
 * await show(vconcat([waveshow(waveform), waveshow(denoised)]));
 */
export function vconcat(specs: readonly Spec[], options: OrNull<ConcatOptions> = {}): Spec {
  return concat('vconcat', specs, options);
}
