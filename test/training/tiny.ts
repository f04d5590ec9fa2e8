import {
  type ExampleSource,
  type HubertForSequenceClassification,
  type TrainingExample,
  type TrainingOptions,
  Wav2Vec2FeatureExtractor,
} from 'onpa';
import { seededAudio } from 'onpa/dist/doctor/seeded-weights.js';
import { type Fixture, fixture } from '../fixtures.js';
import { type Configuration, classifierOf } from '../hubert/models.js';

/** Tiny models and clips, as test/reference/trainer_fixtures.py has them. */

/** A training that Transformers' Trainer went through. */
export interface ReferenceRun {
  mask: boolean;
  frozen?: boolean;
  averaged?: boolean;
  /** Under Python's names. */
  args: Record<string, number | string>;
  config: Configuration;
  tensors: Record<string, number[]>;
  /** The examples as they were asked for. */
  order: number[];
  decayed: string[];
  history: Record<string, number>[];
}

interface Cases {
  runs: Record<string, ReferenceRun>;
  schedules: Record<string, { lrSchedulerType: 'linear'; warmupSteps: number }>;
  decays: Record<string, { all: string[]; decayed: string[] }>;
  lengths: { train: number[]; evaluation: number[] };
}

export const reference: Fixture<never> & { cases: Cases } = fixture('trainer') as never;

/** The clips of the fixture: the label is told by the pitch. */
export function examples(lengths: readonly number[], first: number): TrainingExample[] {
  return lengths.map((length, i) => ({ inputValues: seededAudio((first + i) % 5, length), label: (first + i) % 5 }));
}

/** A data set of these examples, and in which order they were asked for. */
export function noting(
  rows: readonly TrainingExample[],
  asked: number[] = [],
): { source: ExampleSource; asked: number[] } {
  const source: ExampleSource = {
    length: rows.length,
    async *examples(indices) {
      for (const index of indices) {
        asked.push(index);
        yield rows[index];
      }
    },
  };
  return { source, asked };
}

export const trainExamples = (): TrainingExample[] => examples(reference.cases.lengths.train, 0);
export const evalExamples = (): TrainingExample[] => examples(reference.cases.lengths.evaluation, 1);

/** The tiny model of the fixture, whose configuration may be changed: it has no dropout. */
export const tinyModel = (
  changes: Configuration = {},
  run = 'padded batches',
): Promise<HubertForSequenceClassification> => {
  const { config, tensors } = reference.cases.runs[run];
  return classifierOf({ config: { ...config, ...changes }, tensors });
};

/** What makes the tiny model random in training. */
export const RANDOM: Configuration = {
  hidden_dropout: 0.1,
  activation_dropout: 0.1,
  attention_dropout: 0.1,
  layerdrop: 0.1,
  apply_spec_augment: true,
  mask_time_length: 2,
};

export const extractor = (returnAttentionMask = true): Wav2Vec2FeatureExtractor =>
  new Wav2Vec2FeatureExtractor({ returnAttentionMask });

/** Arguments under their names here. */
export const camelCase = (args: Record<string, unknown>): TrainingOptions =>
  Object.fromEntries(
    Object.entries(args).map(([key, value]) => [
      key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
      value,
    ]),
  );

export const accuracy = ({ predictions, labelIds }: { predictions: Float32Array[]; labelIds: number[] }) => ({
  accuracy: predictions.filter((row, i) => row.indexOf(Math.max(...row)) === labelIds[i]).length / labelIds.length,
});
