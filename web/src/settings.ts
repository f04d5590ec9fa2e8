import type { Language } from './words.js';

export type Theme = 'light' | 'dark';

interface Settings {
  language: Language;
  theme: Theme;
}

/** What was chosen the last time; undefined where nothing was, or nothing may be kept. */
export function remembered<K extends keyof Settings>(key: K): Settings[K] | undefined {
  try {
    return (localStorage.getItem(`onpa-${key}`) as Settings[K] | null) ?? undefined;
  } catch {
    return undefined;
  }
}

export function remember<K extends keyof Settings>(key: K, value: Settings[K]): void {
  try {
    localStorage.setItem(`onpa-${key}`, value);
  } catch {
    // A browser that keeps nothing forgets it with the page.
  }
}
