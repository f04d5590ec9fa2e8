import { type AudioFile, readBytes } from './audio-file.js';
import { findMp3 } from './mp3.js';

/** What a file looks like, by its first bytes. */
export interface Look {
  /** For messages. */
  name: string;
  /** How it is read; undefined for what is no audio. */
  kind: AudioKind | undefined;
  /** Where its own first byte is: after tags and zeros. */
  base: number;
}

/** A container; 'ffmpeg' for those that libsndfile does not know. */
export type AudioKind =
  | 'RIFF'
  | 'RIFX'
  | 'RF64'
  | 'W64'
  | 'AIFF'
  | 'CAF'
  | 'AU'
  | 'FLAC'
  | 'Ogg'
  | 'Ogg FLAC'
  | 'MP3'
  | '8SVX'
  | 'NIST'
  | 'VOC'
  | 'AVR'
  | 'ffmpeg';

type Magic = [magic: string, offset: number, name: string, kind?: AudioKind];

/** The first that fits counts. */
const MAGICS: Magic[] = [
  ['WAVE', 8, 'WAV', 'RIFF'],
  ['AVI ', 8, 'AVI', 'ffmpeg'],
  ['riff\x2e\x91\xcf\x11', 0, 'Wave64', 'W64'],
  ['AIFF', 8, 'AIFF', 'AIFF'],
  ['AIFC', 8, 'AIFF-C', 'AIFF'],
  ['8SVX', 8, '8SVX', '8SVX'],
  ['16SV', 8, '16SV', '8SVX'],
  ['caff', 0, 'CAF', 'CAF'],
  ['.snd', 0, 'AU', 'AU'],
  ['dns.', 0, 'AU', 'AU'],
  ['fLaC', 0, 'FLAC', 'FLAC'],
  ['\x01vorbis', 28, 'Ogg Vorbis', 'Ogg'],
  ['OpusHead', 28, 'Ogg Opus', 'Ogg'],
  ['\x7fFLAC', 28, 'Ogg FLAC', 'Ogg FLAC'],
  ['OggS', 0, 'Ogg with another codec than Vorbis, Opus and FLAC', 'ffmpeg'],
  ['NIST_1A', 0, 'NIST SPHERE', 'NIST'],
  ['Creative Voice File', 0, 'VOC', 'VOC'],
  ['2BIT', 0, 'AVR', 'AVR'],
  ['ftyp', 4, 'MPEG-4 (m4a, mp4)', 'ffmpeg'],
  ['\x1a\x45\xdf\xa3', 0, 'WebM or Matroska', 'ffmpeg'],
  ['\x30\x26\xb2\x75', 0, 'Windows Media', 'ffmpeg'],
  ['#!AMR', 0, 'AMR', 'ffmpeg'],
  ['wvpk', 0, 'WavPack', 'ffmpeg'],
  ['MAC ', 0, "Monkey's Audio", 'ffmpeg'],
  ['TTA1', 0, 'True Audio', 'ffmpeg'],
  ['FLV\x01', 0, 'Flash video', 'ffmpeg'],
  ['\xff\xf1', 0, 'AAC', 'ffmpeg'],
  ['\xff\xf9', 0, 'AAC', 'ffmpeg'],
  ['MThd', 0, 'MIDI, which is notes and no sound'],
  ['\x89PNG', 0, 'a PNG picture'],
  ['\xff\xd8', 0, 'a JPEG picture'],
  ['PK\x03\x04', 0, 'a zip archive'],
  ['\x1f\x8b', 0, 'a gzip archive'],
  ['%PDF', 0, 'a PDF'],
  ['<', 0, 'a web page or XML'],
  ['{', 0, 'JSON'],
  ['version https://git-lfs', 0, 'a Git LFS pointer, not the file itself'],
];

/** Containers whose first bytes say of which of several kinds they are. */
const WAVE_KINDS: readonly string[] = ['RIFF', 'RIFX', 'RF64'];

/** Where a sound begins at the latest, after zeros or other rubbish. */
const SEARCHED = 2 ** 16;

/** What a file looks like. */
export async function recognise(file: AudioFile): Promise<Look> {
  const tag = await tagEnd(file);
  const bytes = await readBytes(file, tag, SEARCHED);
  const text = (from: number, to: number) => bytes.toString('latin1', from, to);
  const magic = MAGICS.find(([letters, offset]) => text(offset, offset + letters.length) === letters);
  if (magic) {
    const [, offset, name, kind] = magic;
    const container = text(0, 4);
    if (name === 'WAV' && WAVE_KINDS.includes(container)) return { name, kind: container as AudioKind, base: tag };
    if (offset !== 8 || container === 'FORM' || name === 'AVI') return { name, kind, base: tag };
  }
  const frames = findMp3(bytes);
  if (frames >= 0) return { name: 'MP3', kind: 'MP3', base: tag + frames };
  if (tag > 0) return { name: 'MP3', kind: 'MP3', base: tag };
  const words = /^[\s!-~]+$/.test(text(0, 32));
  return { name: words ? 'text' : 'an unknown format', kind: undefined, base: 0 };
}

/** Where the ID3v2 tags before a file end; 0 where there are none. */
async function tagEnd(file: AudioFile): Promise<number> {
  let end = 0;
  for (let count = 0; count < 8; count++) {
    const head = await readBytes(file, end, 10);
    if (head.length < 10 || head.toString('latin1', 0, 3) !== 'ID3') break;
    const size = head.subarray(6).reduce((sum, seven) => sum * 128 + (seven & 127), 0);
    end += 10 + size + (head[5] & 16 ? 10 : 0);
  }
  return end;
}
