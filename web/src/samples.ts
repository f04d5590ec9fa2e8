import { find } from './elements.js';
import type { Word } from './words.js';

const SAMPLES = {
  medley: 'medley.wav',
  reggae: 'reggae.flac',
  trumpet: 'trumpet.ogg',
  speech: 'speech.ogg',
} satisfies Partial<Record<Word, string>>;

type Open = (file: Blob, name: string) => void;

/**
 * A button for each sample, which fetches it from beside the page.
 *
 * @param claim - is called at a click, and gives what opens the sample once it is there
 */
export function offerSamples(claim: () => Open, fail: (detail: string) => void): void {
  for (const [key, name] of Object.entries(SAMPLES)) {
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'sample';
    button.dataset.word = key;
    button.addEventListener('click', async () => {
      const open = claim();
      try {
        const response = await fetch(new URL(`samples/${name}`, location.href));
        if (!response.ok) throw new Error(String(response.status));
        open(await response.blob(), name);
      } catch (error) {
        fail((error as Error).message);
      }
    });
    find('samples').append(button);
  }
}
