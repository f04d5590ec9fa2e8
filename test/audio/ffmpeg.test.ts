import assert from 'node:assert/strict';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { encodeWav, info, load } from 'onpa';
import { closeAudioFile, openAudioFile } from 'onpa/dist/audio/audio-file.js';
import { decodeWithFfmpeg } from 'onpa/dist/audio/ffmpeg.js';
import { audio } from '../fixtures.js';

const M4A = audio('odd/aac.m4a');
const SOUND = { samples: Float32Array.from({ length: 8000 }, (_, i) => Math.sin(i)), sampleRate: 16000 };
const whole = { sampleRate: null } as const;

describe('files that need ffmpeg', () => {
  let folder: string;
  const { PATH } = process.env;
  const { warn } = console;
  const notes: string[] = [];

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'onpa-ffmpeg-'));
    process.env.PATH = folder;
    console.warn = (note: string) => notes.push(note);
    await writeFile(path.join(folder, 'sound.wav'), encodeWav(SOUND, { bitDepth: '32f' }));
  });
  afterEach(async () => {
    process.env.PATH = PATH;
    console.warn = warn;
    await rm(folder, { recursive: true });
  });

  /** Puts a program of this name on the PATH; `$here` is its folder. */
  async function program(script: string): Promise<void> {
    const file = path.join(folder, 'ffmpeg');
    await writeFile(file, `#!/bin/sh\nhere='${folder}'\n${script}\n`);
    await chmod(file, 0o755);
  }

  it('without it, the error has the command that converts the file', async () => {
    const file = path.join(folder, "it's a song.m4a");
    await writeFile(file, await readFile(M4A));
    const quoted = file.replace("'", "'\\''");
    await assert.rejects(load(file), (error: Error) => {
      assert.equal(error.name, 'AudioDecodeError');
      assert.match(error.message, /song\.m4a looks like MPEG-4 \(m4a, mp4\), which needs ffmpeg: install it/);
      return error.message.endsWith(`ffmpeg -i '${quoted}' '${quoted.replace('.m4a', '.wav')}'`);
    });
    await assert.rejects(load(audio('odd/opus.webm')), /looks like WebM or Matroska, which needs ffmpeg/);
    await assert.rejects(load(await readFile(M4A)), /ffmpeg -i input input\.wav$/);
  });

  it('with it, its samples are read, and a note says so once', async () => {
    await program('/bin/cat "$here/sound.wav"');
    assert.deepEqual(await load(M4A, whole), SOUND);
    assert.deepEqual(await load(await readFile(M4A), whole), SOUND);
    assert.equal(notes.length, 1);
    assert.match(notes[0], /aac\.m4a looks like MPEG-4.*ffmpeg \(.*\) decodes it/);
  });

  it('it is given the open file alone: no name, no input of the terminal, no other protocol', async () => {
    await program('echo "$@" > "$here/arguments"; /bin/cat /dev/fd/3 > "$here/copy"; /bin/cat "$here/sound.wav"');
    await load(M4A);
    assert.deepEqual(await readFile(path.join(folder, 'copy')), await readFile(M4A));
    const given = await readFile(path.join(folder, 'arguments'), 'utf8');
    assert.match(given, /^-nostdin .*-protocol_whitelist file,pipe -i file:\/dev\/fd\/3 -map 0:a:0/);
    assert.doesNotMatch(given, /m4a/);
  });

  it('an excerpt is that part of what it gives, and the rest is not waited for', async () => {
    await program('/bin/cat "$here/sound.wav" /dev/zero');
    const { samples } = await load(M4A, { ...whole, offset: 0.1, duration: 0.2 });
    assert.deepEqual(samples, SOUND.samples.slice(1600, 4800));
  });

  it('an excerpt after the end is a ParameterError', async () => {
    await program('/bin/cat "$here/sound.wav"');
    await assert.rejects(load(M4A, { offset: 3 }), {
      name: 'ParameterError',
      message: /offset is 3; .*ends at 0\.50 s/,
    });
  });

  it('what it complains of is in the error', async () => {
    await program('echo "file:/dev/fd/3: Invalid data found when processing input" >&2; exit 1');
    await assert.rejects(load(M4A), {
      name: 'AudioDecodeError',
      message: /aac\.m4a looks like MPEG-4.*ffmpeg cannot decode it: Invalid data found when processing input$/,
    });
  });

  it('half a sound is an error', async () => {
    await program('/bin/cat "$here/sound.wav"; echo "[mov @ 0x1] stream 0, offset 0xfc5: partial file" >&2');
    await assert.rejects(load(M4A), {
      name: 'AudioDecodeError',
      message: /is cut off: stream 0, offset 0xfc5: partial file/,
    });
  });

  it('it is ended where it says nothing any more', async () => {
    await program('exec /bin/sleep 1000');
    const file = openAudioFile(M4A);
    const look = { name: 'MPEG-4', kind: 'ffmpeg', base: 0 } as const;
    const excerpt = { offset: 0, duration: undefined, mono: true };
    await assert.rejects(decodeWithFfmpeg(file, 'a.m4a', look, excerpt, 1), {
      name: 'AudioDecodeError',
      message: /a\.m4a looks like MPEG-4, and ffmpeg says nothing/,
    });
    closeAudioFile(file);
  });

  it('info does not read their headers, and says so', async () => {
    await assert.rejects(info(M4A), { name: 'AudioDecodeError', message: /aac\.m4a looks like MPEG-4.*ffmpeg/ });
  });
});
