import { deepEqual, equal, rejects } from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatasetError, ParameterError } from 'onpa';
import { AudioDataset } from 'onpa/dist/dataset/audio-dataset.js';
import { classLabel } from 'onpa/dist/dataset/class-label.js';

function named(...files: string[]): AudioDataset<'genre'> {
  const values = files.map(() => 0);
  return new AudioDataset({
    name: 'clips',
    files,
    labels: new Map([['genre', { feature: classLabel(['blues']), values }]]),
    sampleRate: undefined,
  });
}

describe('splitByFiles', () => {
  const data = named(
    ...['00000', '00001', '00002', '00003'].map((number) => `/data/genres/blues/blues.${number}.wav`),
    '/data/genres/jazz/jazz.00054.wav',
  );
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'onpa-lists-'));
  });
  after(() => rm(folder, { recursive: true }));

  /** A list with this text. */
  async function list(text: string): Promise<string> {
    const path = join(folder, 'list.txt');
    await writeFile(path, text);
    return path;
  }

  it('finds names with or without folders and endings, also of another format, in the order of each list', async () => {
    const { train, test, rest } = await data.splitByFiles({
      train: ['blues.00002', 'blues/blues.00000.au'],
      test: ['./blues.00003.WAV', 'genres\\jazz\\jazz.00054.mp3'],
    });
    deepEqual(train.column('file'), ['/data/genres/blues/blues.00002.wav', '/data/genres/blues/blues.00000.wav']);
    deepEqual(test.column('file'), ['/data/genres/blues/blues.00003.wav', '/data/genres/jazz/jazz.00054.wav']);
    deepEqual(rest.column('file'), ['/data/genres/blues/blues.00001.wav']);
  });

  it('finds a name below other folders by its last part, where that is of one file alone', async () => {
    const { train } = await data.splitByFiles({ train: ['audio/wav/jazz.00054.wav'] });
    equal(train.length, 1);
  });

  for (const [what, text] of [
    ['a name in each line', 'blues/blues.00001.wav\nblues/blues.00003.wav\n'],
    [
      'a byte order mark, carriage returns, comments and empty lines',
      '\uFEFF# part\r\nblues.00001\r\n\r\nblues.00003\r\n',
    ],
    ['classes after a tab', './blues.00001.wav\tblues\n./blues.00003.wav\tblues\n'],
    ['a quoted column with spaces behind it', '"blues.00001.wav" ,"a, b"\n"blues.00003.wav"\t"c"\n'],
    ['a header and other columns', 'file_name,genre\n"blues.00001",blues\nblues.00003,blues\n'],
  ]) {
    it(`reads a text file with ${what}`, async () => {
      const { validation } = await data.splitByFiles({ validation: await list(text) });
      deepEqual(
        validation.column('file').map((file) => file.slice(-7, -4)),
        ['001', '003'],
      );
    });
  }

  const refused = (lists: object, message: RegExp, options = {}): Promise<void> =>
    rejects(
      () => data.splitByFiles(lists as Record<string, string[]>, options),
      (error: Error) =>
        (error instanceof DatasetError || error instanceof ParameterError) && message.test(error.message),
    );

  it('counts the names that the data set does not have, or leaves them out where it is told to', async () => {
    const train = ['blues.00000', 'blues.00099', 'rock.1', 'rock.2', 'rock.3'];
    await refused(
      { train },
      /^train names 4 files that the data set does not have: 'blues.00099', 'rock.1', 'rock.2' …\./,
    );
    const parts = await data.splitByFiles({ train }, { onMissing: 'skip' });
    deepEqual([parts.train.length, parts.rest.length], [1, 4]);
    await refused({ train: ['rock.1'] }, /^train names no file of the data set/, { onMissing: 'skip' });
  });

  it('refuses a clip that is in two lists, or twice in one', async () => {
    await refused(
      { train: ['blues.00000'], test: ['blues/blues.00000'] },
      /^'blues\/blues.00000' is in test and in train;/,
    );
    await refused({ train: ['blues.00000', 'blues.00000.wav'] }, /^'blues.00000.wav' is twice in train;/);
  });

  it('refuses a name that may be of two clips, and takes one that says more', async () => {
    const two = named('/a/one/1.wav', '/a/two/1.wav');
    await rejects(two.splitByFiles({ train: ['1.wav'] }), {
      message: /^train: '1.wav' may be \/a\/one\/1.wav or \/a\/two\/1.wav;/,
    });
    deepEqual((await two.splitByFiles({ train: ['two/1.wav'] })).train.column('file'), ['/a/two/1.wav']);
  });

  it('takes a name below a folder of the data set for no file of another folder', async () => {
    const two = named('/data/words/yes/1.wav', '/data/words/yes/2.wav', '/data/words/right/3.wav');
    const list = ['right/1.wav', 'other/words/yes/2.wav', 'left/3.wav'];
    await rejects(two.splitByFiles({ train: list }), { message: /does not have: 'right\/1.wav'\./ });
    const { train } = await two.splitByFiles({ train: list }, { onMissing: 'skip' });
    deepEqual(train.column('file'), ['/data/words/yes/2.wav', '/data/words/right/3.wav']);
    const parts = named('/data/train/yes/1.wav', '/data/test/no/1.wav');
    await rejects(parts.splitByFiles({ all: ['test/yes/1.wav'] }), { message: /does not have: 'test\/yes\/1.wav'/ });
  });

  it('tells files by their endings where nothing else does', async () => {
    const two = named('/a/x/1.wav', '/a/x/1.mp3', '/a/y/1.flac');
    const { train, test } = await two.splitByFiles({ train: ['x/1.mp3'], test: ['1.flac'] });
    deepEqual([train.column('file'), test.column('file')], [['/a/x/1.mp3'], ['/a/y/1.flac']]);
    await rejects(two.splitByFiles({ train: ['x/1.ogg'] }), { message: /may be \/a\/x\/1.wav or \/a\/x\/1.mp3;/ });
  });

  it('reads names with commas, quotation marks and # in a text file', async () => {
    const files = ['/a/#1.wav', '/a/Hello, you.wav', '/a/You, too.wav', '/a/"so".wav', '/a/2.wav', '/a/3.wav'];
    const text = '#1.wav\tx\nHello, you.wav\n"You, too.wav",x\n"""so"".wav"\n# 2.wav\n#3.wav\n';
    const { train, rest } = await named(...files).splitByFiles({ train: await list(text) });
    deepEqual(train.column('file'), files.slice(0, 4));
    equal(rest.length, 2);
  });

  it('finds each of many files that are called alike', async () => {
    const count = 20_000;
    const files = Array.from({ length: count }, (_, i) => `/data/${i}/audio.wav`);
    const { train } = await named(...files).splitByFiles({ train: files.map((file) => file.slice(6)).reverse() });
    deepEqual(train.column('file'), files.reverse());
  });

  it('does not take the end of a name for the name', async () => {
    await refused({ train: ['0000'] }, /does not have: '0000'/);
  });

  it('says which list cannot be read, is empty, or is none', async () => {
    await refused({ train: join(folder, 'none.txt') }, /^The list .*none.txt cannot be read: ENOENT/);
    await refused({ train: await list('\n# nothing\n') }, /^The list .*list.txt is empty/);
    await refused({ train: 7 }, /^train is no list;/);
    await refused({ train: [7] }, /^train is no list;/);
    await refused({}, /^There is no list;/);
    await refused({ rest: ['blues.00000'] }, /^'rest' is what no list names/);
    await refused({ train: ['blues.00000'] }, /^onMissing is/, { onMissing: 'ignore' });
  });
});
