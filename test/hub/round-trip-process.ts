import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import {
  AutoFeatureExtractor,
  AutoModelForAudioClassification,
  type LabelScore,
  pipeline,
  Trainer,
  TrainerState,
  TrainingArguments,
} from 'onpa';
import { startHub } from './running-hub.js';
import { type HubServer, TOKEN } from './server.js';

/** Keeps a Hub and runs onpa on it, for test/reference/round_trip.py: takes a line of JSON and answers one. */

type Request =
  | { do: 'start' }
  | { do: 'push'; folder: string; sounds: string[] }
  | { do: 'classify'; model: string; sounds: string[] };

let hub: HubServer | undefined;

async function answer(request: Request): Promise<object> {
  if (request.do === 'start') {
    hub = await startHub();
    process.env.HF_ENDPOINT = hub.url;
    process.env.HF_TOKEN = TOKEN;
    return { url: hub.url, token: TOKEN };
  }
  if (request.do === 'classify') return { scores: await classify(request.model, request.sounds) };
  const { folder, sounds } = request;
  const state = path.join(folder, 'trainer_state.json');
  const args = await TrainingArguments.loadFromJson(path.join(folder, 'training_args.json'));
  const model = await AutoModelForAudioClassification.fromPretrained(folder);
  const featureExtractor = await AutoFeatureExtractor.fromPretrained(folder);
  const trainer = new Trainer({ model, args, featureExtractor });
  trainer.state = await TrainerState.loadFromJson(state);
  const { files } = await trainer.pushToHub({
    datasetTags: 'owner/mini-genres',
    dataset: 'mini-genres',
    modelName: 'mini-genres',
    finetunedFrom: 'owner/mini-hubert',
    tasks: 'audio-classification',
  });
  return { repository: 'owner/mini-genres-42', files, scores: await classify(folder, sounds) };
}

async function classify(model: string, sounds: readonly string[]): Promise<Record<string, LabelScore[]>> {
  const run = await pipeline('audio-classification', { model, topK: null });
  const scores: Record<string, LabelScore[]> = {};
  for (const sound of sounds) scores[sound] = await run(sound);
  return scores;
}

async function main(): Promise<void> {
  const home = await mkdtemp(path.join(tmpdir(), 'onpa-round-trip-'));
  process.env.HF_HOME = home;
  try {
    for await (const line of createInterface({ input: process.stdin })) {
      process.stdout.write(`${JSON.stringify(await answer(JSON.parse(line)))}\n`);
    }
  } finally {
    await hub?.stop();
    await rm(home, { recursive: true, force: true });
  }
}

void main();
