// Vocos of onpa, called as often as standard input says. Argument: the task as JSON.
import { readFileSync } from 'node:fs';
import { FloatMatrix, tf, Vocos } from 'onpa';
import { peakMemory } from '../memory.js';
import { serve } from '../serve.js';
import type { VocoderTask } from './cases.js';

async function main(): Promise<void> {
  const { model, input, bands } = JSON.parse(process.argv[2]) as VocoderTask;
  // TensorFlow is loaded at first use.
  tf.backend();
  const ready = { idle: peakMemory() };
  const vocos = await Vocos.fromPretrained(model);
  const { buffer, byteOffset, length } = readFileSync(input);
  const frames = length / 4 / bands;
  const mel = new FloatMatrix(bands, frames, new Float32Array(buffer, byteOffset, bands * frames));
  let samples: ArrayLike<number> = [];
  const work = () => {
    samples = vocos.decode(mel).samples;
  };
  await serve(work, ready, () => Array.from(samples));
}

main();
