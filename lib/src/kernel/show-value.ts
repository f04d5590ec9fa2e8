/** Shows a value in several MIME types as the result of the cell. */
export type ShowResult = (data: Record<string, unknown>, metadata?: Record<string, unknown>) => void;

/** A method by which a value says how Jupyter shows it: it gives a MIME bundle. Deno's kernel has the same. */
const DISPLAY = Symbol.for('Jupyter.display');

/** A chart of Vega or Vega-Lite, by what its schema says. */
const SCHEMA = /^https:\/\/vega\.github\.io\/schema\/(vega|vega-lite)\/v(\d+)/;

/**
 * Shows the value of a cell's last expression; neither undefined nor null comes here. A chart is drawn, as a figure at the
 * end of a cell is in Python; upstream tslab writes down its fields.
 */
export async function showValue(value: unknown, result: ShowResult): Promise<void> {
  const display = (value as { [DISPLAY]?: unknown })[DISPLAY];
  if (typeof display === 'function') return result(await display.call(value));
  const { $schema } = value as { $schema?: unknown };
  const [, kind, version] = typeof $schema === 'string' ? (SCHEMA.exec($schema) ?? []) : [];
  if (kind === undefined) return console.log(value);
  const draw = kind === 'vega-lite' ? drawer() : undefined;
  if (draw) return draw(value);
  result({ [`application/vnd.${kind.replace('-', '')}.v${version}+json`]: value, 'text/plain': 'Chart' });
}

/**
 * The `show` of the library, whose charts have a picture for pages where no script runs. The kernel does not load it: it
 * is among what is loaded, where a cell has imported it.
 */
function drawer(): ((chart: unknown) => Promise<void>) | undefined {
  for (const [path, loaded] of Object.entries(require.cache)) {
    const show = /[\\/]plot[\\/]show\.js$/.test(path) ? loaded?.exports?.show : undefined;
    if (typeof show === 'function') return show;
  }
  return undefined;
}
