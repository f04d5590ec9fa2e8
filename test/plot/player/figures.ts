import type { SoundData } from 'onpa/dist/plot/player/sound-data.js';

/** What the figures of a player tell its script, in their order. */
export function dataOf(html: string): SoundData[] {
  const unescaped = (text: string): string => text.replace(/&#(\d+);/g, (_, code) => String.fromCharCode(code));
  return [...html.matchAll(/data-onpa="([^"]*)"/g)].map(([, data]) => JSON.parse(unescaped(data)));
}
