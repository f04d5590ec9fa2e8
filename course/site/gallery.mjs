import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { escapeHtml } from '../../lib/dist/html.js';
import { root } from '../../scripts/setup/root.mjs';
import { fenced } from './fence.mjs';
import { joined } from './outputs.mjs';

/** The pictures of docs/, by lesson. */
const PICTURES = {
  '01-waveform': 'waveform',
  '02-spectrum': 'spectrum',
  '03-stft': 'stft',
  '04-mel': 'mel',
  '05-distilhubert': 'clusters',
  '06-training': 'confusion',
  '07-push': 'push',
  '08-inference': 'inference',
  browser: 'web',
};

const MINUTES = { en: (minutes) => `about ${minutes} minutes`, ja: (minutes) => `約 ${minutes} 分` };

/** Lessons with picture, title and the time that each says it takes, as HTML in MyST's Markdown. */
export function gallery(sources, { language, titles, pages, picture, media }) {
  const items = sources.map((source) => {
    const text = readFileSync(join(root, source), 'utf8');
    const stem = source.split('/').at(-1).replace('.ipynb', '');
    const image = stem in PICTURES ? picture(`docs/${PICTURES[stem]}.png`) : firstPicture(JSON.parse(text), media);
    const seen = image === undefined ? '' : `<img src="../${image}" alt="" loading="lazy">`;
    const minutes = /\*\*Time:\*\* about (\d+) minutes/.exec(text)?.[1];
    const time = minutes === undefined ? '' : `<span>${MINUTES[language](minutes)}</span>`;
    return `<a href="${pages.get(source)}.html">${seen}<strong>${escapeHtml(titles.get(source))}</strong>${time}</a>`;
  });
  return fenced('{raw} html', `<div class="gallery">\n${items.join('\n')}\n</div>`);
}

/** Of a lesson without a picture in docs/, its first chart. */
function firstPicture(notebook, media) {
  const outputs = notebook.cells.flatMap((cell) => cell.outputs ?? []);
  const png = outputs.map(({ data }) => data?.['image/png']).find((found) => found !== undefined);
  return png && media.write(Buffer.from(joined(png), 'base64'), 'png');
}
