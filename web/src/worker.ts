import { type Classifier, loadClassifier } from './classify.js';
import { type OpenSound, openSound } from './decode.js';
import { topHz } from './mel-bands.js';
import type { Failure, ModelPlace, News, Request } from './messages.js';
import { Overview } from './overview.js';
import { slidingWindows } from './windows.js';

/** The request that is being worked on; all others are given up. */
let current = 0;
let classifier: Promise<Classifier> | undefined;

addEventListener('message', ({ data }: MessageEvent<Request>) => {
  current = data.id;
  if (data.file) analyse(data.id, data.file, data.model);
});

/** Draws the whole sound, and then hears it window by window. */
async function analyse(id: number, file: Blob, place: ModelPlace): Promise<void> {
  const tell = (news: News): void => {
    if (id === current) postMessage({ id, ...news });
  };
  const fail = (why: Failure, error: unknown): void =>
    tell({ type: 'failed', why, detail: error instanceof Error ? error.message : String(error) });
  classifier ??= loadClassifier(place);
  classifier.catch(() => {});
  let sound: OpenSound | undefined;
  try {
    sound = await openSound(file);
    await draw(sound, id, tell);
  } catch (error) {
    sound?.close();
    return fail('cannotDecode', error);
  }
  try {
    await hear(sound, id, tell, fail);
  } finally {
    sound.close();
  }
}

async function draw(sound: OpenSound, id: number, tell: (news: News) => void): Promise<void> {
  const { sampleRate, duration } = sound;
  const overview = new Overview(sound);
  tell({ type: 'sound', sampleRate, duration, columns: overview.columns, topHz: topHz(sampleRate) });
  for await (const block of sound.blocks()) {
    if (id !== current) return;
    tell({ type: 'columns', ...overview.push(block) });
  }
  tell({ type: 'columns', ...overview.end() });
}

async function hear(
  sound: OpenSound,
  id: number,
  tell: (news: News) => void,
  fail: (why: Failure, error: unknown) => void,
): Promise<void> {
  let loaded: Classifier;
  try {
    loaded = await classifier!;
  } catch (error) {
    // It may be there the next time.
    classifier = undefined;
    return fail('noModel', error);
  }
  if (id !== current) return;
  tell({ type: 'model', labels: loaded.labels });
  try {
    for await (const window of slidingWindows(sound.blocks(), sound.sampleRate)) {
      const scores = await loaded.classify(window, sound.sampleRate);
      // Other messages come in between.
      await new Promise((resolve) => setTimeout(resolve));
      if (id !== current) return;
      tell({ type: 'scores', scores });
    }
    tell({ type: 'done' });
  } catch (error) {
    fail(sound.duration < 0.1 ? 'tooShort' : 'cannotClassify', error);
  }
}
