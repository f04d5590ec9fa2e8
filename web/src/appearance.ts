import { find } from './elements.js';
import { remember, remembered, type Theme } from './settings.js';
import { type Language, pageLanguage, say, speak } from './words.js';

/**
 * Has the two buttons at the top choose language and theme, and begins with what was chosen the last time, or else with
 * what the browser asks for.
 *
 * @param changed - is called after each choice
 */
export function chooseAppearance(changed: () => void): void {
  const setLanguage = (language: Language): void => {
    speak(language);
    find('language').lang = language === 'en' ? 'ja' : 'en';
    changed();
  };
  const setTheme = (theme: Theme): void => {
    document.documentElement.dataset.theme = theme;
    say(find('theme'), theme === 'dark' ? 'toLight' : 'toDark');
    changed();
  };
  find('language').addEventListener('click', () => {
    const language = pageLanguage() === 'en' ? 'ja' : 'en';
    remember('language', language);
    setLanguage(language);
  });
  find('theme').addEventListener('click', () => {
    const theme = document.documentElement.dataset.theme === 'dark' ? 'light' : 'dark';
    remember('theme', theme);
    setTheme(theme);
  });
  setLanguage(remembered('language') ?? (navigator.language.startsWith('ja') ? 'ja' : 'en'));
  setTheme(remembered('theme') ?? (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'));
}
