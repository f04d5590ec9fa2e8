import { escapeHtml } from '../../lib/dist/html.js';
import { fenced } from './fence.mjs';
import { htmlIn } from './html-languages.mjs';
import { headingsOf } from './languages.mjs';

const VEGA_LITE = 'application/vnd.vegalite.v5+json';
/** A text of a notebook, which may be there as its lines. */
export const joined = (text) => [text].flat().join('');
// biome-ignore lint/suspicious/noControlCharactersInRegex: a terminal's colours begin with Escape
const COLOURS = /\x1b\[[\d;]*m/g;

const raw = (html) => fenced('{raw} html', html);

/** What a cell gave, as MyST's Markdown; the richest form that a page can show. */
export function outputIn(output, { language, site, media }) {
  if (output.output_type === 'stream') return plain(joined(output.text));
  if (output.output_type === 'error') return plain(output.traceback.join('\n'));
  const { data, metadata = {} } = output;
  if (data[VEGA_LITE]) return chart(data, metadata, site, media);
  if (data['text/html']) {
    const html = media.outside(htmlIn(joined(data['text/html']), language), site);
    return raw(`<div class="output">${html}</div>`);
  }
  if (data['image/png']) return raw(`<div class="output">${picture(data, metadata, site, media)}</div>`);
  if (data['text/markdown']) return card(joined(data['text/markdown']));
  return plain(joined(data['text/plain'] ?? ''));
}

const plain = (text) =>
  text.trim() === ''
    ? ''
    : raw(`<div class="output"><pre>${escapeHtml(text.replace(COLOURS, '').trimEnd())}</pre></div>`);

/** A chart: its picture, in the place of which charts.js draws the chart itself. */
function chart(data, metadata, site, media) {
  const { embed_options: options = {} } = metadata[VEGA_LITE] ?? {};
  const spec = JSON.stringify([data[VEGA_LITE], options]);
  // A script, not JSON: pages that are opened as files may load no other.
  const file = media.write(Buffer.from(`onpaChart(document.currentScript,...${spec});\n`), 'js');
  return raw(`<div class="output chart" data-chart="${site}${file}">${picture(data, metadata, site, media)}</div>`);
}

function picture(data, metadata, site, media) {
  const bytes = Buffer.from(joined(data['image/png']), 'base64');
  // Of a PNG, width and height are in its first chunk.
  const [width, height] = [bytes.readUInt32BE(16), bytes.readUInt32BE(20)];
  const { alt = joined(data['text/plain'] ?? '') } = metadata['image/png'] ?? {};
  const src = `${site}${media.write(bytes, 'png')}`;
  return `<img src="${src}" alt="${escapeHtml(alt)}" width="${width}" height="${height}" loading="lazy">`;
}

/** Markdown that a cell gave: its headings are not the page's. */
function card(markdown) {
  const headings = new Set(headingsOf(markdown));
  const lines = markdown.split('\n').map((line) => (headings.has(line) ? `**${line.replace(/^#+ /, '')}**` : line));
  return `:::::{container} output card\n${lines.join('\n')}\n:::::`;
}
