import { join } from 'node:path';
import type { PreprocessOptions } from '../dataset/encoded-dataset.js';
import { TrainingDefaults } from '../training/arguments/training-defaults.js';
import type { TrainerOptions } from '../training/trainer-options.js';
import { type Flag, type FlagKind, flagsOf, type Kinds } from './flag.js';
import { DataArguments, JobArguments, ModelArguments } from './job-arguments.js';

/** Options of `preprocess` that a flag gives; the others the command decides. */
export type ClipOptions = Omit<PreprocessOptions, 'maxDuration' | 'labelColumn'>;

/** Options of a `Trainer` that a flag gives: no models, data or functions. */
export type TrainerChoices = Omit<
  TrainerOptions,
  | 'model'
  | 'args'
  | 'trainDataset'
  | 'evalDataset'
  | 'featureExtractor'
  | 'computeMetrics'
  | 'computeLoss'
  | 'modelInit'
  | 'callbacks'
  | 'trackers'
>;

/*
 * The kinds of what has no default to tell them: a new field of these types is an error here until its kind is added.
 */
const DATA: Kinds<DataArguments> = {
  datasetName: 'text',
  datasetConfigName: 'text',
  evalSplitName: 'text',
  testSize: 'number',
  fold: 'number',
  groupBy: 'text',
  trainFile: 'text',
  evalFile: 'text',
  labelColumnName: 'text',
  maxTrainSamples: 'number',
  maxEvalSamples: 'number',
};
const MODEL: Kinds<ModelArguments> = { featureExtractorName: 'text' };
const JOB: Kinds<JobArguments> = {
  doTrain: 'boolean',
  doEval: 'boolean',
  resumeFromCheckpoint: 'text',
  earlyStoppingPatience: 'number',
};
const CLIPS: Record<keyof ClipOptions, FlagKind> = {
  randomSegment: 'boolean',
  evalSegments: 'number',
  augment: 'json',
  onError: 'text',
  numWorkers: 'number',
  readAhead: 'number',
  keep: 'number',
};
const TRAINER: Record<keyof TrainerChoices, FlagKind> = { classWeights: 'json', lossIsScaledForGa: 'boolean' };
const TRAINING: Kinds<TrainingDefaults> = {
  activationCheckpointing: 'boolean',
  gradientCheckpointing: 'boolean',
  optimArgs: 'json',
  lrSchedulerKwargs: 'json',
  evalSteps: 'number',
  saveTotalLimit: 'number',
  metricForBestModel: 'text',
  greaterIsBetter: 'boolean',
  dataSeed: 'number',
  reportTo: 'list',
  runName: 'text',
  hubRevision: 'text',
  hubModelId: 'text',
  hubPrivateRepo: 'boolean',
};

/** Declarations of a file of the library. */
const declared = (...path: string[]): string => join(__dirname, '..', ...path);

/** Flags that belong together. */
export interface FlagGroup {
  readonly title: string;
  readonly flags: readonly Flag[];
}

/**
 * The groups by where their values go. A name of several groups is one flag, that of the first, whose default goes to all: so
 * the command has another default than the library.
 */
export type GroupName = 'data' | 'model' | 'job' | 'clips' | 'trainer' | 'training';

/** All flags. */
export function flagGroups(): Readonly<Record<GroupName, FlagGroup>> {
  const own = declared('command', 'job-arguments.d.ts');
  const clips = declared('dataset', 'encoded-dataset.d.ts');
  const trainer = declared('training', 'trainer-options.d.ts');
  const training = declared('training', 'arguments', 'training-defaults.d.ts');
  return {
    data: { title: 'Data', flags: flagsOf(new DataArguments(), DATA, own) },
    model: { title: 'Model', flags: flagsOf(new ModelArguments(), MODEL, own) },
    job: { title: 'Job', flags: flagsOf(new JobArguments(), JOB, own) },
    clips: { title: 'Clips', flags: flagsOf({}, CLIPS, clips) },
    trainer: { title: 'Trainer', flags: flagsOf({}, TRAINER, trainer) },
    training: { title: 'Training arguments', flags: flagsOf(new TrainingDefaults(), TRAINING, training) },
  };
}

/** Each flag once, in the order of the groups. */
export function allFlags(groups: Readonly<Record<GroupName, FlagGroup>>): Flag[] {
  const flags = new Map<string, Flag>();
  for (const flag of Object.values(groups).flatMap((group) => group.flags)) {
    if (!flags.has(flag.name)) flags.set(flag.name, flag);
  }
  return [...flags.values()];
}
