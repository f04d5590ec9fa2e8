/** The endings of the files that `load` can open, in small letters: by itself, and those of the last line with ffmpeg. */
export const AUDIO_ENDINGS: readonly string[] = [
  ...['wav', 'wave', 'bwf', 'rf64', 'w64', 'flac', 'ogg', 'oga', 'opus', 'mp3', 'mp2'],
  ...['aif', 'aiff', 'aifc', 'au', 'snd', 'caf'],
  ...['m4a', 'mp4', 'aac', 'webm', 'wma'],
];
