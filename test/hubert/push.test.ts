import { deepEqual, equal } from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { AutoFeatureExtractor, AutoModelForAudioClassification, HubertModel } from 'onpa';
import { withHub } from '../hub/running-hub.js';
import { TOKEN } from '../hub/server.js';
import { ownCache, tree } from '../hub/surroundings.js';

const MODEL = path.join(__dirname, '../../../../data/models/mini-genres');
const ID = 'me/genres';

describe('pushToHub of a model and of its feature extractor', () => {
  ownCache();

  it('commits what fromPretrained then finds there', async () => {
    await withHub(async (hub) => {
      Object.assign(process.env, { HF_ENDPOINT: hub.url, HF_TOKEN: TOKEN });
      const extractor = await AutoFeatureExtractor.fromPretrained(MODEL);
      const model = await AutoModelForAudioClassification.fromPretrained(MODEL);
      deepEqual((await extractor.pushToHub(ID)).files, ['preprocessor_config.json']);
      deepEqual((await model.pushToHub(ID)).files, ['config.json', 'model.safetensors']);
      deepEqual(
        hub.find('model', ID)!.history.map(({ title }) => title),
        ['initial commit', 'Upload feature extractor', `Upload ${model.constructor.name}`],
      );
      const read = await AutoModelForAudioClassification.fromPretrained(ID);
      deepEqual(read.config, model.config);
      for (const [name, variable] of model.parameters) {
        deepEqual(await read.parameters.get(name)!.data(), await variable.data(), name);
      }
      deepEqual({ ...(await AutoFeatureExtractor.fromPretrained(ID)) }.samplingRate, extractor.samplingRate);
      for (const one of [model, read]) one.dispose();
    });
  });

  it('takes the words of the commit, and calls the model of no task a model', async () => {
    await withHub(async (hub) => {
      Object.assign(process.env, { HF_ENDPOINT: hub.url, HF_TOKEN: TOKEN });
      const model = await HubertModel.fromPretrained(MODEL);
      equal((await model.pushToHub(ID)).commitMessage, 'Upload model');
      const words = { commitMessage: 'Ready', commitDescription: 'All of it.', revision: 'trained' };
      await (await AutoFeatureExtractor.fromPretrained(MODEL)).pushToHub(ID, words);
      const { title, description, revision } = hub.find('model', ID)!.history.at(-1)!;
      deepEqual({ title, description, revision }, { title: 'Ready', description: 'All of it.', revision: 'trained' });
      model.dispose();
    });
  });

  it('writes the same files into a folder, without token and network', async () => {
    process.env.HF_HUB_OFFLINE = '1';
    const folder = await mkdtemp(path.join(tmpdir(), 'onpa-pushed-'));
    try {
      const extractor = await AutoFeatureExtractor.fromPretrained(MODEL);
      const model = await AutoModelForAudioClassification.fromPretrained(MODEL);
      const { repoUrl, oid } = await model.pushToHub(ID, { folder });
      deepEqual([repoUrl, oid], [`file://${folder}`, undefined]);
      await extractor.pushToHub(ID, { folder });
      deepEqual(await tree(folder), ['config.json', 'model.safetensors', 'preprocessor_config.json']);
      const read = await AutoModelForAudioClassification.fromPretrained(repoUrl);
      deepEqual(read.config.id2label, model.config.id2label);
      await model.savePretrained(path.join(folder, 'saved'));
      for (const name of ['config.json', 'model.safetensors']) {
        deepEqual(await readFile(path.join(folder, name)), await readFile(path.join(folder, 'saved', name)));
      }
      for (const one of [model, read]) one.dispose();
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
