/** A function measured; the peers' programs know it by this name. */
export interface DspCase {
  name: string;
  /** What the table calls it, beyond the name. */
  note?: string;
  /** Lengths in seconds. */
  seconds: number[];
  /** The kind of file to read, where it reads one. */
  ending?: 'ogg' | 'flac' | 'mp3' | 'wav';
  /** At least this many times librosa's speed. */
  target: number;
}

const all = [5, 30, 600];

export const cases: DspCase[] = [
  { name: 'stft', seconds: all, target: 1.5 },
  { name: 'istft', seconds: all, target: 1.5 },
  { name: 'melSpectrogram', seconds: all, target: 1.5 },
  { name: 'amplitudeToDb', seconds: all, target: 1 / 2 },
  { name: 'griffinLim', note: '32 iterations; 4 for 10 min', seconds: all, target: 1.5 },
  { name: 'melToStft', note: '80 bands, nFft 1024', seconds: [5, 30], target: 1.5 },
  { name: 'chromaStft', seconds: [5, 30], target: 1 / 3 },
  { name: 'beatTrack', seconds: [5, 30], target: 1 / 3 },
  { name: 'resample', note: 'to 16 kHz', seconds: all, target: 1 },
  { name: 'load', note: 'Ogg Vorbis', ending: 'ogg', seconds: [5, 30], target: 1 },
  { name: 'load', note: 'FLAC', ending: 'flac', seconds: [5, 30], target: 1 },
  { name: 'load', note: 'MP3', ending: 'mp3', seconds: [5, 30], target: 1 },
  { name: 'load', note: 'WAV', ending: 'wav', seconds: [5, 30], target: 1 },
];

/** Griffin-Lim's iterations: 32 of 10 min would take librosa most of a minute a call. */
export function iterations(seconds: number): number {
  return seconds > 60 ? 4 : 32;
}
