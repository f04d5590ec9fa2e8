import { notebook } from '../notebook.js';
import { fitted } from './picture/fit.js';
import { draw, pngOf } from './picture/render.js';
import type { Spec } from './spec.js';

/** The MIME type under which notebooks keep charts. */
const VEGA_LITE = 'application/vnd.vegalite.v5+json';

/**
 * Shows charts below the cell: interactive in JupyterLab, where they fit into the column, as a picture on GitHub and
 * wherever scripts do not run. Screen readers read the chart's `description`.
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
    const drawing = await draw(spec);
    const png = Buffer.from(await pngOf(drawing.svg)).toString('base64');
    const { title, description } = spec;
    const words = [description, title].find((text) => typeof text === 'string' && text !== '');
    display(
      { [VEGA_LITE]: spec, 'image/png': png, 'text/plain': words === undefined ? 'Chart' : `Chart: ${words}` },
      undefined,
      {
        [VEGA_LITE]: { embed_options: fitted(spec, drawing) },
        ...(words === undefined ? {} : { 'image/png': { alt: words } }),
      },
    );
  }
}
