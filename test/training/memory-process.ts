import { type Tracker, Trainer } from 'onpa';
import { examples, extractor, tinyModel } from './tiny.js';

/** A process of its own, with --expose-gc, that prints the bytes of its array buffers after some steps of a training. */

const [outputDir, steps, ...measured] = process.argv.slice(2);

/** What is held: a collection leaves it to a thread to free the buffers, and the next one waits for that. */
function arrayBuffers(): number {
  for (let before = Number.POSITIVE_INFINITY; ; ) {
    global.gc!();
    const { arrayBuffers: now } = process.memoryUsage();
    if (now >= before) return before;
    before = now;
  }
}

const watcher: Tracker = {
  name: 'watcher',
  begin() {},
  log() {},
  step({ globalStep }) {
    if (!measured.includes(String(globalStep))) return;
    process.stdout.write(`${arrayBuffers()}\n`);
  },
  end() {},
};

async function main(): Promise<void> {
  const trainer = new Trainer({
    model: await tinyModel(),
    args: {
      outputDir,
      maxSteps: Number(steps),
      perDeviceTrainBatchSize: 2,
      saveStrategy: 'no',
      loggingStrategy: 'no',
      reportTo: 'none',
      disableTqdm: true,
    },
    trainDataset: examples([40000, 40000, 40000, 40000, 40000, 40000, 40000, 40000], 0),
    featureExtractor: extractor(),
    trackers: [watcher],
  });
  await trainer.train();
}

main();
