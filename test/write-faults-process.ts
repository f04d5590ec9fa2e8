import path from 'node:path';
import { AutoModelForAudioClassification, saveSafetensors, saveWav, Trainer, Wav2Vec2FeatureExtractor } from 'onpa';
import { inRepository } from './fixtures.js';

/** Writes one thing in a process of its own, whose files the system lets grow to a limit. */
export interface Writing {
  what: 'saveWav' | 'saveSafetensors' | 'savePretrained' | 'exportOnnx' | 'saveModel' | 'saveState' | 'createModelCard';
  /** Where: a folder that there is. */
  folder: string;
}

const { what, folder }: Writing = JSON.parse(process.argv[2]);

async function write(): Promise<unknown> {
  if (what === 'saveWav') {
    return saveWav(path.join(folder, 'a.wav'), { samples: new Float32Array(100_000), sampleRate: 8000 });
  }
  if (what === 'saveSafetensors') {
    const tensors = new Map([['a', { shape: [100_000], data: new Float32Array(100_000) }]]);
    return saveSafetensors(path.join(folder, 'a.safetensors'), tensors);
  }
  const model = await AutoModelForAudioClassification.fromPretrained(inRepository('test', 'fixtures', 'trained'));
  if (what === 'savePretrained') return model.savePretrained(folder);
  if (what === 'exportOnnx') return model.exportOnnx(path.join(folder, 'model.onnx'));
  const featureExtractor = new Wav2Vec2FeatureExtractor();
  const trainer = new Trainer({ model, featureExtractor, args: { outputDir: folder, reportTo: 'none' } });
  trainer.state.logHistory.push(...Array.from({ length: 1000 }, (_, step) => ({ loss: 1, epoch: step, step })));
  trainer.state.logHistory.push(...Array.from({ length: 1000 }, (_, step) => ({ eval_loss: 1, epoch: step, step })));
  trainer.state.logHistory.push({ train_runtime: 1, epoch: 1, step: 1 });
  return trainer[what]();
}

write().then(
  () => process.stdout.write('written'),
  (error: Error & { code?: string }) =>
    process.stdout.write(JSON.stringify({ name: error.name, message: error.message, code: error.code })),
);
