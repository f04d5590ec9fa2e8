import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import type { Readable } from 'node:stream';
import type { MultiChannelWaveform } from '../dsp/waveform.js';
import { AudioDecodeError } from '../errors.js';
import type { AudioFile } from './audio-file.js';
import { type Collector, collectPart } from './collect-part.js';
import type { Excerpt } from './excerpt.js';
import type { Look } from './recognise.js';

/** How long ffmpeg may be silent, in ms. */
const PATIENCE = 60_000;
/** Bytes of a WAV header, at most, as ffmpeg writes it. */
const LONGEST_HEADER = 2 ** 16;

/** The program of which a note has told. */
let noted: string | undefined;

/**
 * Decodes what libsndfile cannot read with the program ffmpeg, as librosa does through audioread: a track of sound, at its
 * own rate. It is given the open file and nothing else: it follows no playlist and opens no connection.
 *
 * @throws AudioDecodeError if ffmpeg is not there, with the command that converts the file; if it fails, or is silent
 */
export async function decodeWithFfmpeg(
  file: AudioFile,
  name: string,
  look: Look,
  excerpt: Excerpt,
  patience: number = PATIENCE,
): Promise<MultiChannelWaveform> {
  const program = findFfmpeg();
  const looks = `${name} looks like ${look.name}`;
  if (!program) {
    throw new AudioDecodeError(
      `${looks}, which needs ffmpeg: install it (sudo apt install ffmpeg), or convert the file: ${conversion(name)}`,
    );
  }
  if (noted !== program) console.warn(`${looks}: ffmpeg (${program}) decodes it, as it does for librosa`);
  noted = program;
  // The file is descriptor 3: its name cannot be taken for an option or a protocol.
  const input = ['-protocol_whitelist', 'file,pipe', '-i', 'file:/dev/fd/3'];
  const output = ['-map', '0:a:0', '-c:a', 'pcm_f32le', '-f', 'wav', 'pipe:1'];
  const options = ['-nostdin', '-hide_banner', '-v', 'error'];
  const child = spawn(program, [...options, ...input, ...output], {
    stdio: ['ignore', 'pipe', 'pipe', file.descriptor],
  });
  try {
    return await collect(child as ChildProcessByStdio<null, Readable, Readable>, looks, name, excerpt, patience);
  } finally {
    child.kill('SIGKILL');
  }
}

function findFfmpeg(): string | undefined {
  return (process.env.PATH ?? '')
    .split(delimiter)
    .filter(isAbsolute)
    .map((folder) => join(folder, 'ffmpeg'))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

/** The command that makes a WAV file of it, to be pasted into a shell. */
function conversion(name: string): string {
  const isPath = !/^\d+ bytes of audio$|^https?:/.test(name);
  const path = !isPath ? 'input' : name.startsWith('-') ? `./${name}` : name;
  const quoted = (text: string) => (/^[\w./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);
  return `ffmpeg -i ${quoted(path)} ${quoted(`${path.replace(/\.\w{1,5}$/, '')}.wav`)}`;
}

/** What ffmpeg gives, until there is enough of it. */
async function collect(
  child: ChildProcessByStdio<null, Readable, Readable>,
  looks: string,
  name: string,
  excerpt: Excerpt,
  patience: number,
): Promise<MultiChannelWaveform> {
  let complaint = '';
  let silent = false;
  child.stderr.on('data', (text) => {
    complaint = (complaint + text).slice(0, 2000);
  });
  const ended = new Promise<string | undefined>((resolve) => {
    child.on('error', (error) => resolve(error.message));
    child.on('close', (code, signal) => resolve(code === 0 ? undefined : `it ends with ${code ?? signal}`));
  });
  const timer = setTimeout(() => {
    silent = true;
    child.kill('SIGKILL');
  }, patience);
  let collector: Collector | undefined;
  try {
    let rest = Buffer.alloc(0);
    for await (const piece of child.stdout) {
      timer.refresh();
      rest = Buffer.concat([rest, piece as Buffer]);
      const header = collector ? undefined : readHeader(rest);
      if (header) {
        collector = collectPart(header.channels, header.sampleRate, excerpt, name);
        rest = rest.subarray(header.length);
      }
      if (!collector && rest.length > LONGEST_HEADER) break;
      if (collector) rest = rest.subarray(collector.add(rest));
      if (collector?.isFull()) return collector.result();
    }
    const failure = await ended;
    if (silent)
      throw new AudioDecodeError(`${looks}, and ffmpeg says nothing for ${patience / 1000} s: is it damaged?`);
    const lines = complaint
      .replaceAll(/file:\/dev\/fd\/3(: )?|\[[^\]]*\] /g, '')
      .trim()
      .split('\n');
    // ffmpeg itself goes on to what there is, and is content.
    if (/partial file|ended prematurely|truncat/i.test(complaint)) {
      throw new AudioDecodeError(`${looks} but is cut off: ${lines[0]}`);
    }
    if (failure || !collector) {
      throw new AudioDecodeError(
        `${looks}, and ffmpeg cannot decode it: ${lines[0] || failure || 'it gives no sound'}`,
      );
    }
    return collector.result();
  } finally {
    clearTimeout(timer);
  }
}

/** Rate and channels by a WAV header, and how long that is; undefined if it is not whole. */
function readHeader(bytes: Buffer): { channels: number; sampleRate: number; length: number } | undefined {
  const format = bytes.indexOf('fmt ');
  const data = bytes.indexOf('data');
  if (format < 0 || data < format || bytes.length < data + 8) return undefined;
  return { channels: bytes.readUInt16LE(format + 10), sampleRate: bytes.readUInt32LE(format + 12), length: data + 8 };
}
