/** Endings of files that `load` opens, in lower case. */
export const AUDIO_ENDINGS: readonly string[] = [
  '.wav',
  '.flac',
  '.ogg',
  '.oga',
  '.opus',
  '.mp3',
  '.au',
  '.aiff',
  '.aif',
  '.caf',
  '.w64',
];
