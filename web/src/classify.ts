import { env, pipeline } from '@huggingface/transformers';
import { resample } from 'onpa/dsp';
import type { ModelPlace } from './messages.js';

/** A classifier that lies beside the page or on the Hub. */
export interface Classifier {
  labels: string[];
  /** The score of each label, in the labels' order. */
  classify(samples: Float32Array, sampleRate: number): Promise<Float32Array>;
}

// Its own default is a server of packages.
env.backends.onnx.wasm!.wasmPaths = { wasm: new URL(WASM, import.meta.url).href };
// More threads need headers that not every server can send.
env.backends.onnx.wasm!.numThreads = 1;
env.useWasmCache = false;

/** @throws Error where there is no such model, or none that can be run */
export async function loadClassifier({ name, fromHub, folder }: ModelPlace): Promise<Classifier> {
  Object.assign(env, {
    allowRemoteModels: fromHub,
    allowLocalModels: !fromHub,
    // As a path: of an address it would not look whether there is a feature extractor. The worker has no address of its own.
    localModelPath: new URL(folder).pathname,
    fetch: (path: string | URL, options?: RequestInit) => fetch(new URL(path, folder), options),
    // What lies beside the page the service worker keeps.
    useBrowserCache: fromHub,
  });
  const run = await pipeline('audio-classification', name, { dtype: 'fp32', device: 'wasm' });
  const { id2label } = run.model.config as unknown as { id2label: Record<number, string> };
  const labels = Object.values(id2label);
  const position = new Map(labels.map((label, i) => [label, i]));
  const { sampling_rate: to } = run.processor.feature_extractor!.config;
  return {
    labels,
    async classify(samples, from) {
      const answers = await run(from === to ? samples : resample(samples, { from, to }), { top_k: labels.length });
      const scores = new Float32Array(labels.length);
      for (const { label, score } of answers) scores[position.get(label)!] = score;
      return scores;
    },
  };
}
