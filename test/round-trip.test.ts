import { deepEqual, ok } from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  AutoFeatureExtractor,
  AutoModelForAudioClassification,
  type LabelScore,
  load,
  pipeline,
  type Waveform,
} from 'onpa';
import { audio, fixture, inRepository } from './fixtures.js';

interface Reference {
  model: keyof typeof FOLDERS;
  sound: string;
  scores: LabelScore[];
}

/** A model that Transformers' Trainer saved, and one that onpa's Trainer saved. */
const FOLDERS = {
  trained: inRepository('test', 'fixtures', 'trained'),
  'mini-genres': inRepository('data', 'models', 'mini-genres'),
} as const;

const { cases } = fixture<Reference>('round-trip');
const pathOf = (sound: string) => (sound === 'reggae.flac' ? inRepository('data', 'audio', sound) : audio(sound));

function assertScores(actual: readonly LabelScore[], expected: readonly LabelScore[]): void {
  deepEqual(
    actual.map(({ label }) => label),
    expected.map(({ label }) => label),
  );
  for (const [i, { score, label }] of expected.entries()) {
    ok(Math.abs(actual[i].score - score) < 1e-5, `${label}: ${actual[i].score} instead of ${score}`);
  }
}

describe('Transformers and onpa give the same scores', () => {
  const sounds = new Map<string, Waveform>();
  let folder: string;
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'onpa-round-trip-'));
    for (const { sound } of Object.values(cases)) {
      if (!sounds.has(sound)) sounds.set(sound, await load(pathOf(sound), { sampleRate: 16000 }));
    }
  });
  after(() => rm(folder, { recursive: true, force: true }));

  async function assertAll(model: Reference['model'], from: string): Promise<void> {
    const classify = await pipeline('audio-classification', { model: from, topK: null });
    try {
      for (const { sound, scores } of Object.values(cases).filter((reference) => reference.model === model)) {
        assertScores(await classify(sounds.get(sound)!), scores);
      }
    } finally {
      classify.model.dispose();
    }
  }

  it('with what Transformers’ Trainer saved', () => assertAll('trained', FOLDERS.trained));

  it('with what onpa’s Trainer saved', () => assertAll('mini-genres', FOLDERS['mini-genres']));

  it('with what Transformers’ Trainer saved and onpa saved again', async () => {
    const model = await AutoModelForAudioClassification.fromPretrained(FOLDERS.trained);
    const extractor = await AutoFeatureExtractor.fromPretrained(FOLDERS.trained);
    try {
      await model.savePretrained(folder);
      await extractor.savePretrained(folder);
    } finally {
      model.dispose();
    }
    await assertAll('trained', folder);
  });
});
