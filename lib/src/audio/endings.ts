/** The endings of the files that `load` can open, in small letters. */
export const AUDIO_ENDINGS: readonly string[] = [
  'wav',
  'flac',
  'ogg',
  'oga',
  'opus',
  'mp3',
  'au',
  'aif',
  'aiff',
  'caf',
  'w64',
];
