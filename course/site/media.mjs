import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const ENDINGS = {
  'audio/wav': 'wav',
  'audio/ogg': 'ogg',
  'audio/flac': 'flac',
  'audio/mpeg': 'mp3',
  'image/png': 'png',
  'image/jpeg': 'jpg',
};

/** Writes what pages show into the folder media/ of the site, once, whatever page and language shows it. */
export function mediaFolder(folder) {
  const written = new Set();

  /** A file named by its content; gives its path from the site's root. */
  function write(bytes, ending) {
    const name = `${createHash('sha256').update(bytes).digest('hex').slice(0, 20)}.${ending}`;
    if (!written.has(name)) {
      mkdirSync(join(folder, 'media'), { recursive: true });
      writeFileSync(join(folder, 'media', name), bytes);
      written.add(name);
    }
    return `media/${name}`;
  }

  /**
   * HTML with the sounds and pictures that it holds in files; `site` is the way from its page to the site's root. A script
   * beside a sound reads it where it is.
   */
  function outside(html, site) {
    const hasScript = html.includes('<script');
    return html.replace(/(\ssrc=")data:([\w/]+);base64,([\w+/=]+)"/g, (whole, before, type, data) => {
      const ending = ENDINGS[type];
      if (ending === undefined || (hasScript && type.startsWith('audio/'))) return whole;
      return `${before}${site}${write(Buffer.from(data, 'base64'), ending)}"`;
    });
  }
  return { write, outside };
}
