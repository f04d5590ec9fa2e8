import { deepEqual, equal, ok, rejects, throws } from 'node:assert/strict';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  AutoFeatureExtractor,
  hfHubDownload,
  info,
  listRepoFiles,
  load,
  loadDataset,
  openCheckpoint,
  pipeline,
  play,
  TrainerState,
  TrainingArguments,
} from 'onpa';
import { inRepository } from './fixtures.js';

const MODEL = 'onpa:models/mini-genres';
const data = (...parts: string[]) => inRepository('data', ...parts);

describe("What comes with the course, by 'onpa:' and a path in data/", () => {
  it('is sound to load, from any folder', async () => {
    const before = process.cwd();
    process.chdir(tmpdir());
    try {
      const expected = await load(data('audio', 'reggae.flac'));
      for (const source of ['onpa:audio/reggae.flac', new URL('onpa:audio/reggae.flac')]) {
        deepEqual(await load(source), expected);
      }
      equal((await info('onpa:audio/reggae.flac')).sampleRate, 22050);
      play('onpa:audio/reggae.flac');
    } finally {
      process.chdir(before);
    }
  });

  it('is a data set', async () => {
    const dataset = await loadDataset('onpa:mini-genres');
    equal(dataset.length, 300);
    ok((await dataset.row(0)).file.startsWith(data('mini-genres')));
  });

  it('is a model, with what lies beside it', async () => {
    equal((await AutoFeatureExtractor.fromPretrained(MODEL)).samplingRate, 16000);
    const classify = await pipeline('audio-classification', { model: MODEL, topK: 1 });
    equal((await classify('onpa:audio/reggae.flac'))[0].label, 'reggae');
    classify.model.dispose();
    ok((await listRepoFiles(MODEL)).includes('model.safetensors'));
    equal(await hfHubDownload(MODEL, 'README.md'), data('models', 'mini-genres', 'README.md'));
    ok((await TrainerState.loadFromJson(`${MODEL}/trainer_state.json`)).globalStep > 0);
    ok((await TrainingArguments.loadFromJson(`${MODEL}/training_args.json`)).numTrainEpochs > 0);
    const checkpoint = await openCheckpoint(`${MODEL}/model.safetensors`);
    ok(checkpoint.tensors.size > 0);
    checkpoint.close();
  });

  it('says what there is where a name is wrong, or leads elsewhere', async () => {
    const known = /there are onpa:audio\/reggae\.flac, .*onpa:models\/mini-hubert, .*onpa:mini-genres$/;
    for (const name of ['onpa:', 'onpa:mini-genre', 'onpa:../package.json', 'onpa:models/../../lib']) {
      await rejects(loadDataset(name), { name: 'ParameterError', message: known });
      await rejects(AutoFeatureExtractor.fromPretrained(name), { name: 'ParameterError', message: known });
      await rejects(load(name), { name: 'AudioDecodeError', message: known });
      throws(() => play(name), { name: 'ParameterError', message: known });
    }
  });

  it('is not there where the package is installed alone, and the error says so', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'onpa-alone-'));
    try {
      const alone = path.join(folder, 'node_modules', 'onpa', 'dist');
      for (const name of ['course-data.js', 'errors.js']) {
        await cp(inRepository('lib', 'dist', name), path.join(alone, name));
      }
      const { courseData } = createRequire(__filename)(path.join(alone, 'course-data.js'));
      throws(() => courseData('onpa:mini-genres'), {
        name: 'ParameterError',
        message: /'onpa:mini-genres' comes with the course.*clone the course's repository, or give a path/,
      });
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
