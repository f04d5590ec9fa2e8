import { deepEqual, equal, rejects } from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { DatasetError } from 'onpa';
import { unpackArchive } from 'onpa/dist/dataset/unpack-archive.js';
import { inRepository } from '../fixtures.js';
import { tree } from '../hub/surroundings.js';
import { withWarnings } from '../hubert/warnings.js';
import { ownFolder } from './folders.js';
import { archiveOf, entry } from './tiny-archive.js';

const pax = (records: string) => entry({ name: 'pax', type: 'x', content: records });
const clip = (name: string) => entry({ name, content: `sound of ${name}` });

describe('unpackArchive', () => {
  const folder = ownFolder();
  const unpack = async (bytes: Buffer, maxUnpackedSize?: number) => {
    const archive = path.join(folder.path, 'a.tar.gz');
    await writeFile(archive, bytes);
    await mkdir(path.join(folder.path, 'clips'), { recursive: true });
    await unpackArchive(archive, path.join(folder.path, 'clips'), maxUnpackedSize);
    return tree(path.join(folder.path, 'clips'));
  };
  const refused = (bytes: Buffer, message: RegExp) =>
    rejects(unpack(bytes), (error: Error) => {
      equal(
        error instanceof DatasetError && error.message.startsWith(path.join(folder.path, 'a.tar.gz')),
        true,
        error.stack,
      );
      equal(message.test(error.message), true, error.message);
      return true;
    });

  it('writes the clips of all forms of tar, with long names, and nothing else', async () => {
    const long = `${'a'.repeat(60)}/${'b'.repeat(60)}.wav`;
    const length = `path=${long}\n`.length;
    const files = await unpack(
      archiveOf(
        entry({ name: 'rock/', type: '5' }),
        clip('./rock/a.wav'),
        entry({ name: 'rock/b.wav', content: 'old', magic: '' }),
        entry({ name: 'rock/c.wav', content: 'gnu', magic: 'ustar  ' }),
        entry({ name: 'rock/notes.txt', content: 'x'.repeat(1000) }),
        pax(`${length + 4} path=${long}\n`),
        entry({ name: 'short.wav', content: 'pax' }),
        entry({ name: '././@LongLink', type: 'L', content: `${'c'.repeat(150)}.wav\0` }),
        entry({ name: 'short.wav', content: 'long' }),
        entry({ name: 'rock/empty.wav' }),
      ),
    );
    const names = [long, `${'c'.repeat(150)}.wav`, 'rock/a.wav', 'rock/b.wav', 'rock/c.wav', 'rock/empty.wav'];
    deepEqual(files, names);
    equal(await readFile(path.join(folder.path, 'clips', long), 'utf8'), 'pax');
    equal(await readFile(path.join(folder.path, 'clips', 'rock', 'a.wav'), 'utf8'), 'sound of ./rock/a.wav');
  });

  it('refuses folders, links and devices with a size, and sizes that cannot be', async () => {
    for (const [type, kind] of [
      ['5', 'folder'],
      ['1', 'link'],
      ['2', 'link'],
      ['3', 'device'],
      ['6', 'device'],
    ]) {
      for (const size of [1, 600, 6e9]) {
        const lying = entry({ name: 'rock', type, size });
        await refused(
          archiveOf(lying, clip('rock/a.wav')),
          size > 1e9 ? /more than 256 MB|is a / : new RegExp(`'rock' is a ${kind} of ${size} bytes`),
        );
      }
    }
    await refused(archiveOf(entry({ name: 'a.wav', size: 2 ** 60 })), /unpacks to more than 256 MB/);
    await refused(archiveOf(entry({ name: 'a.txt', size: 1e10 })), /unpacks to more than 256 MB/);
    await refused(archiveOf(entry({ name: 'a.wav', size: '\xff'.repeat(12) })), /the size of an entry is negative/);
    await refused(archiveOf(entry({ name: 'a.wav', size: '00000000-10 ' })), /the header of an entry is damaged/);
    await refused(archiveOf(entry({ name: 'x', type: 'x', size: 5e7 })), /'x' is a pax of 50000000 bytes/);
    for (const size of ['-1', '1e9', '0x10', ''])
      await refused(archiveOf(pax(`${9 + size.length} size=${size}\n`).subarray(0), clip('a.wav')), /is '|is damaged/);
    await refused(archiveOf(pax('22 size=1000000000000\n'), clip('a.wav')), /unpacks to more than 256 MB/);
  });

  it('refuses an extended header that leads nowhere or in circles, and sparse files', async () => {
    for (const records of ['-7 a=b\n', '0 a=b\n', '99 a=b\n', '7 ab\n\n\n', 'a=b', '9999999 a=b\n']) {
      await refused(archiveOf(pax(records), clip('a.wav')), /the extended header of an entry is damaged/);
    }
    await refused(
      archiveOf(pax('22 GNU.sparse.major=1\n'), clip('a.wav')),
      /'a\.wav' is no ordinary file, but a sparse file/,
    );
    await refused(archiveOf(entry({ name: 'a.wav', type: 'S', content: 'x' })), /'a\.wav' is no ordinary file/);
  });

  it('refuses an archive that is cut off anywhere, packed or not', async () => {
    const whole = await readFile(inRepository('test', 'fixtures', 'dataset', 'genres.tar.gz'));
    const inside = gunzipSync(whole);
    for (const share of [0.01, 0.1, 0.3, 0.5, 0.7, 0.9, 0.99]) {
      await refused(
        whole.subarray(0, Math.floor(share * whole.length)),
        /cannot be unpacked: .*Remove it, to download it again$/,
      );
    }
    const end = inside.lastIndexOf(Buffer.from('Bud1')) + 4;
    for (const length of [0, 1, 511, 512, 513, 700, 1024, 3000, end - 1, Math.ceil(end / 512) * 512]) {
      await refused(gzipSync(inside.subarray(0, length)), /cannot be unpacked: .*cut off/);
    }
    const damaged = Buffer.from(whole);
    damaged[whole.length - 6] ^= 1;
    await refused(damaged, /cannot be unpacked: incorrect data check/);
    await refused(gzipSync(Buffer.from('no tar'.repeat(1000))), /the header of an entry is damaged/);
  });

  it('refuses a small file that unpacks to gigabytes, in one entry or in millions, before it has', async () => {
    const silence = entry({ name: 'rock/a.txt', content: Buffer.alloc(1e6) });
    const many = archiveOf(Buffer.concat(Array.from({ length: 30 }, () => silence)));
    await rejects(unpack(many, 20), /unpacks to more than 20 MB, .* give loadDataset a larger maxUnpackedSize, in MB$/);
    const empty = Buffer.concat(Array.from({ length: 11_000 }, () => entry({ name: 'rock/a.txt' })));
    await refused(archiveOf(empty), /claims more than 10000 clips/);
    deepEqual(await tree(path.join(folder.path, 'clips')), []);
  });

  it('unpacks as much as a user allows', async () => {
    const quiet = entry({ name: 'a.wav', content: Buffer.alloc(2e6) });
    await rejects(unpack(archiveOf(quiet), 1), /unpacks to more than 1 MB/);
    deepEqual(await unpack(archiveOf(quiet), 3), ['a.wav']);
    await rejects(unpack(archiveOf(quiet), -1), /maxUnpackedSize is -1/);
  });

  it('writes nothing outside of its folder, and says which links it leaves out', async () => {
    for (const name of ['/tmp/a.wav', '../a.wav', 'rock/../../a.wav', 'rock//a.wav', 'rock/b\\..\\a.wav']) {
      await refused(archiveOf(clip('rock/b.wav'), clip(name)), /which lies outside of its folder$/);
    }
    await refused(archiveOf(pax('20 path=../../a.wav\n'), clip('b.wav')), /which lies outside of its folder$/);
    const links = archiveOf(
      entry({ name: 'rock/l.wav', type: '2' }),
      entry({ name: 'rock/h.wav', type: '1' }),
      clip('rock/l.wav/x.wav'),
    );
    const { result, warnings } = await withWarnings(() => unpack(links));
    deepEqual(result, ['rock/b.wav', 'rock/l.wav/x.wav']);
    deepEqual(warnings, [`${path.join(folder.path, 'a.tar.gz')}: 2 links to clips are left out, such as rock/l.wav`]);
    deepEqual((await tree(folder.path)).sort(), ['a.tar.gz', 'clips/rock/b.wav', 'clips/rock/l.wav/x.wav']);
  });
});
