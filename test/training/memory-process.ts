import { type Tracker, Trainer } from 'onpa';
import { examples, extractor, tinyModel } from './tiny.js';

/** A process of its own, with --expose-gc, that prints the bytes of its array buffers after some steps of a training. */

const [outputDir, steps, ...measured] = process.argv.slice(2);

const watcher: Tracker = {
  name: 'watcher',
  begin() {},
  log() {},
  step({ globalStep }) {
    if (!measured.includes(String(globalStep))) return;
    global.gc!();
    process.stdout.write(`${process.memoryUsage().arrayBuffers}\n`);
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
