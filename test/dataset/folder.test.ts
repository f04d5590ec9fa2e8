import { deepEqual, equal, rejects, throws } from 'node:assert/strict';
import { copyFile, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { AudioDecodeError, DatasetError, load, loadDataset, ParameterError } from 'onpa';
import { audio } from '../fixtures.js';
import { withWarnings } from '../hubert/warnings.js';
import { all, lay, ownFolder, tone } from './folders.js';

const NO_SOUND = 'not a sound';

describe('loadDataset of a folder', () => {
  const folder = ownFolder();
  const names = (files: string[]) => files.map((file) => path.relative(folder.path, file).replaceAll(path.sep, '/'));

  it('takes the folders for classes, and orders clips by class and name, whatever the order on disk', async () => {
    const files = [
      'rock/rock.00001',
      'blues/blues.00010',
      'rock/rock.00000',
      'blues/blues.00002',
      'hiphop/hiphop.00000',
    ];
    for (const file of files) await lay(folder.path, { [`genres/${file}.wav`]: tone(440) });
    const dataset = await loadDataset(folder.path);
    deepEqual(dataset.features.genre.names, ['blues', 'hiphop', 'rock']);
    deepEqual(names(dataset.column('file')), [
      'genres/blues/blues.00002.wav',
      'genres/blues/blues.00010.wav',
      'genres/hiphop/hiphop.00000.wav',
      'genres/rock/rock.00000.wav',
      'genres/rock/rock.00001.wav',
    ]);
    deepEqual(dataset.column('genre'), [0, 0, 1, 2, 2]);
    deepEqual(dataset.columnNames, ['file', 'audio', 'genre']);
  });

  it('reads the folder of genres itself, by path or URL, and any folder with one for each class', async () => {
    await lay(folder.path, {
      'genres/jazz/a.wav': tone(440),
      'animals/dog/b.wav': tone(440),
      'animals/cat/c.wav': tone(440),
    });
    equal((await loadDataset(path.join(folder.path, 'genres'))).length, 1);
    equal((await loadDataset(pathToFileURL(path.join(folder.path, 'genres')).href)).length, 1);
    const animals = await loadDataset(path.join(folder.path, 'animals'), { labelColumn: 'label' });
    deepEqual(animals.features.label.names, ['cat', 'dog']);
    deepEqual(animals.column('label'), [0, 1]);
  });

  it('numbers the classes of all splits together, so that a split without one of them keeps the numbers', async () => {
    await lay(folder.path, {
      'train/blues/a.wav': tone(440),
      'train/jazz/a.wav': tone(440),
      'train/rock/a.wav': tone(440),
      'test/jazz/b.wav': tone(440),
      'test/rock/b.wav': tone(440),
      'Val/polka/c.wav': tone(440),
    });
    const labels = async (split: string) => {
      const dataset = await loadDataset(folder.path, { split });
      deepEqual(dataset.features.genre.names, ['blues', 'jazz', 'polka', 'rock']);
      return dataset.column('genre');
    };
    deepEqual([await labels('train'), await labels('test'), await labels('validation')], [[0, 1, 3], [1, 3], [2]]);
  });

  it('finds clips at any depth below the folder of a class', async () => {
    await lay(folder.path, {
      'blues/album1/a.wav': tone(440),
      'blues/album2/disc 1/b.wav': tone(440),
      'jazz/c.wav': tone(440),
      'rock/d.wav': tone(440),
    });
    const dataset = await loadDataset(folder.path);
    deepEqual(dataset.features.genre.names, ['blues', 'jazz', 'rock']);
    deepEqual(names(dataset.column('file')), [
      'blues/album1/a.wav',
      'blues/album2/disc 1/b.wav',
      'jazz/c.wav',
      'rock/d.wav',
    ]);
    deepEqual(dataset.column('genre'), [0, 0, 1, 2]);
  });

  it('reads GTZAN as Kaggle has it, from each of the folders around it, and names the pictures that it has besides', async () => {
    const gtzan = path.join(folder.path, 'gtzan');
    await lay(gtzan, {
      'Data/genres_original/jazz/jazz.00000.wav': tone(440),
      'Data/genres_original/blues/blues.00000.wav': tone(440),
      'Data/genres_original/blues/blues.00001.wav': tone(440),
      'Data/images_original/blues/blues00000.png': 'a picture',
      'Data/images_original/jazz/jazz00000.png': 'a picture',
      'Data/features_3_sec.csv': 'filename,length',
      'Data/features_30_sec.csv': 'filename,length',
    });
    const { warnings } = await withWarnings(async () => {
      for (const part of ['', 'Data', 'Data/genres_original']) {
        const dataset = await loadDataset(path.join(gtzan, part));
        deepEqual(
          [dataset.features.genre.names, dataset.column('genre')],
          [
            ['blues', 'jazz'],
            [0, 0, 1],
          ],
        );
      }
    });
    equal(warnings.length, 2);
    equal(
      warnings[0],
      `${gtzan}: 4 left out, 4 of no kind that load opens (Data/features_30_sec.csv, Data/features_3_sec.csv, ` +
        'Data/images_original/blues/blues00000.png, …)',
    );
  });

  it('takes a class for a class that is called like a split, or has such a word in its name', async () => {
    await lay(folder.path, {
      'sounds/train/a.wav': tone(440),
      'sounds/airplane/b.wav': tone(440),
      'tones/test tones/a.wav': tone(440),
      'tones/speech/b.wav': tone(440),
    });
    const namesOf = async (part: string) => (await loadDataset(path.join(folder.path, part))).features.genre.names;
    deepEqual(await namesOf('sounds'), ['airplane', 'train']);
    deepEqual(await namesOf('tones'), ['speech', 'test tones']);
  });

  it('reads splits within the folders of classes', async () => {
    await lay(folder.path, {
      'jazz/train/a.wav': tone(440),
      'jazz/test/b.wav': tone(440),
      'rock/train/c.wav': tone(440),
    });
    const train = await loadDataset(folder.path);
    deepEqual(
      [train.features.genre.names, names(train.column('file'))],
      [
        ['jazz', 'rock'],
        ['jazz/train/a.wav', 'rock/train/c.wav'],
      ],
    );
    deepEqual(names((await loadDataset(folder.path, { split: 'test' })).column('file')), ['jazz/test/b.wav']);
  });

  it("keeps a file that is called like GTZAN's broken one where it can be read", async () => {
    await lay(folder.path, { 'genres/jazz/jazz.00054.wav': tone(440), 'genres/rock/rock.00000.wav': tone(440) });
    const { result, warnings } = await withWarnings(() => loadDataset(folder.path));
    deepEqual([result.length, warnings], [2, []]);
  });

  it("leaves GTZAN's one broken file out, and says so once", async () => {
    await lay(folder.path, {
      'genres/jazz/jazz.00053.wav': tone(440),
      'genres/jazz/jazz.00054.wav': NO_SOUND,
      'genres/rock/rock.00054.wav': tone(440),
    });
    const { warnings } = await withWarnings(async () => {
      const dataset = await loadDataset(folder.path);
      deepEqual(names(dataset.column('file')), ['genres/jazz/jazz.00053.wav', 'genres/rock/rock.00054.wav']);
      deepEqual(dataset.column('genre'), [0, 1]);
      await loadDataset(folder.path);
    });
    deepEqual(warnings, ["jazz.00054.wav, GTZAN's one broken file, is left out: 2 rows"]);
  });

  it('reads the split that is asked for, and names those there are', async () => {
    await lay(folder.path, { 'train/dog/a.wav': tone(440), 'test/dog/b.wav': tone(440), 'test/dog/c.wav': tone(440) });
    equal((await loadDataset(folder.path)).length, 1);
    equal((await loadDataset(folder.path, { split: 'test' })).length, 2);
    await rejects(loadDataset(folder.path, { split: 'validation' }), {
      name: 'DatasetError',
      message: `${folder.path} has no split 'validation'; give one of test, train`,
    });
    await rejects(
      loadDataset(path.join(folder.path, 'test'), { split: 'test' }),
      /no split 'test'; give one of train$/,
    );
  });

  it('says which layout it expects, where a folder has another', async () => {
    await rejects(loadDataset(folder.path), (error: Error) => {
      equal(error instanceof DatasetError, true);
      equal(
        error.message,
        `${folder.path} has no folders in it; a data set has a folder for each class, such as genres/<genre>/, ` +
          'with WAV, FLAC, Ogg, MP3 or other audio files in it, or a metadata.csv that names them',
      );
      return true;
    });
    await lay(folder.path, { 'rock/a.txt': 'notes', 'a.wav': tone(440) });
    await rejects(
      loadDataset(folder.path),
      /has no audio in its folders \(there are a\.wav, rock\/a\.txt\); a data set has a folder for each class/,
    );
    await rejects(loadDataset(path.join(folder.path, 'a.wav')), /a\.wav is a file, not a folder; a data set has/);
    await rejects(loadDataset(path.join(folder.path, 'no', 'such')), {
      name: 'ParameterError',
      message: /is neither a folder nor the name of a repository; give a folder \(.*\), or 'owner\/name' on the Hub$/,
    });
  });
});

describe('a row of a data set', () => {
  const folder = ownFolder();
  beforeEach(() => lay(folder.path, { 'jazz/a.wav': tone(440), 'rock/b.wav': tone(880, 0.2, 8000) }));

  it('has the file, the class, and the sound at the sampling rate of the file', async () => {
    const dataset = await loadDataset(folder.path);
    const { file, audio: sound, genre } = await dataset.row(1);
    const { samples } = await load(path.join(folder.path, 'rock', 'b.wav'), { sampleRate: null });
    deepEqual({ file, genre }, { file: path.join(folder.path, 'rock', 'b.wav'), genre: 1 });
    deepEqual(sound, { samples, sampleRate: 8000, path: file });
    equal(dataset.features.audio.sampleRate, undefined);
  });

  it('comes at another sampling rate once the audio is cast, and only there', async () => {
    const dataset = await loadDataset(folder.path);
    const cast = dataset.castAudio({ sampleRate: 16000 });
    deepEqual((await cast.row(0)).audio.samples, (await load(cast.column('file')[0], { sampleRate: 16000 })).samples);
    deepEqual([cast.features.audio.sampleRate, await cast.samplingRates()], [16000, [16000, 16000]]);
    deepEqual([dataset.features.audio.sampleRate, await dataset.samplingRates()], [undefined, [22050, 8000]]);
    throws(() => dataset.castAudio({ sampleRate: 0 }), ParameterError);
  });

  it('is decoded when it is asked for: a file that cannot be is named', async () => {
    await lay(folder.path, { 'rock/c.wav': NO_SOUND });
    const dataset = await loadDataset(folder.path);
    equal((await dataset.row(0)).genre, 0);
    await rejects(dataset.row(2), (error: Error) => {
      return error instanceof AudioDecodeError && error.message.includes(path.join('rock', 'c.wav'));
    });
  });

  it('is refused where there is none of its number', async () => {
    const dataset = await loadDataset(folder.path);
    for (const index of [-1, 2, 0.5, Number.NaN]) await rejects(dataset.row(index), ParameterError);
    throws(() => dataset.select([0, 2]), ParameterError);
    throws(() => dataset.column('tempo' as 'genre'), /name is 'tempo'; the columns of classes of .* are genre$/);
  });

  it('follows the one before when the data set is iterated', async () => {
    const dataset = (await loadDataset(folder.path)).select([1, 0, 1]);
    deepEqual(
      (await all(dataset)).map(({ genre, audio: { samples } }) => [genre, samples.length]),
      [
        [1, 1600],
        [0, 2205],
        [1, 1600],
      ],
    );
  });
});

describe('samplingRates', () => {
  const folder = ownFolder();

  it('finds what load finds, in every format', async () => {
    const files = ['wav-16-chunks.wav', 'wav-24-extensible-stereo.wav', 'wav-double.wav', 'flac-24-stereo.flac'];
    files.push('flac-16.flac', 'vorbis.ogg', 'vorbis-stereo.ogg', 'mp3-stereo.mp3', 'mp3-22050.mp3');
    await mkdir(path.join(folder.path, 'all'));
    for (const file of files) await copyFile(audio(file), path.join(folder.path, 'all', file));
    const dataset = await loadDataset(folder.path);
    const rates = (await all(dataset)).map((row) => row.audio.sampleRate);
    deepEqual(await dataset.samplingRates(), rates);
    deepEqual(new Set(rates), new Set([48000, 22050, 44100, 16000]));
  });

  it('names a file that has none', async () => {
    await lay(folder.path, { 'rock/a.wav': NO_SOUND });
    await rejects((await loadDataset(folder.path)).samplingRates(), /a\.wav looks like text/);
  });

  it('does not need the samples: a file that is cut off has one', async () => {
    await lay(folder.path, { 'rock/a.wav': tone(440).subarray(0, 1000) });
    deepEqual(await (await loadDataset(folder.path)).samplingRates(), [22050]);
  });
});
