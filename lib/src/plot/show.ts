import { notebook } from '../notebook.js';
import { renderPng } from './picture/render.js';
import type { Spec } from './spec.js';

/**
 * Shows charts below the cell: interactive in JupyterLab, as a picture on GitHub and wherever scripts do not run.
 *
 * Outside of a notebook it does nothing; {@link renderPng} makes the picture there.
 *
 * @throws Error where a spec is none that Vega-Lite can draw
 * @see {@link play}
 *
 * @example
 * await show(waveshow(waveform));
 */
export async function show(...specs: Spec[]): Promise<void> {
  const display = notebook();
  if (display === undefined) return;
  for (const spec of specs) {
    const png = Buffer.from(await renderPng(spec)).toString('base64');
    display({
      'application/vnd.vegalite.v5+json': spec,
      'image/png': png,
      'text/plain': typeof spec.title === 'string' ? `Chart: ${spec.title}` : 'Chart',
    });
  }
}
