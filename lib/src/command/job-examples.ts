import { existsSync } from 'node:fs';
import { inCourseData } from '../course-data.js';
import type { AudioDataset } from '../dataset/audio-dataset.js';
import type { ClassLabel } from '../dataset/class-label.js';
import { NoSuchSplit } from '../dataset/folder-clips.js';
import { loadDataset } from '../dataset/load-dataset.js';
import { isFolder } from '../files.js';
import { requireInteger } from '../validation.js';
import type { Job } from './parse-job.js';

/** The rows of a job. */
export interface JobRows {
  train: AudioDataset<string>;
  evaluation: AudioDataset<string>;
  classes: ClassLabel;
}

/**
 * Loads the rows to train on and those to evaluate with, none of which is among the others.
 *
 * @param say - is told where rows of the training split are kept for evaluation
 */
export async function loadRows({ data, args }: Job, say: (text: string) => void): Promise<JobRows> {
  const { train, evaluation } = await divide(data, say);
  const some = (rows: AudioDataset<string>, name: string, most: number | undefined) => {
    if (most === undefined) return rows;
    requireInteger(name, most);
    return rows.shuffle({ seed: args.seed }).select(Array.from({ length: Math.min(most, rows.length) }, (_, i) => i));
  };
  const [, , column] = train.columnNames;
  return {
    train: some(train, 'max_train_samples', data.maxTrainSamples),
    evaluation: some(evaluation, 'max_eval_samples', data.maxEvalSamples),
    classes: train.features[column],
  };
}

async function divide(data: Job['data'], say: (text: string) => void): Promise<Pick<JobRows, 'train' | 'evaluation'>> {
  const { datasetConfigName: name, labelColumnName: labelColumn, trainSplitName, evalSplitName, testSize } = data;
  const place = await placeOf(data.datasetName, '');
  const load = (split: string) => loadDataset<string>(place, { split, name, labelColumn });
  const all = await load(trainSplitName);
  if (data.trainFile !== undefined && data.evalFile !== undefined) {
    const { train, evaluation } = await all.splitByFiles({ train: data.trainFile, evaluation: data.evalFile });
    return { train, evaluation };
  }
  if (data.fold !== undefined) {
    const { numFolds: folds, splitSeed: seed, groupBy } = data;
    const { train, test } = all.kFold({ folds, seed, groupBy })[data.fold];
    return { train, evaluation: test };
  }
  if (evalSplitName !== undefined) return { train: all, evaluation: await load(evalSplitName) };
  if (testSize === undefined) {
    try {
      return { train: all, evaluation: await load('validation') };
    } catch (error) {
      if (!(error instanceof NoSuchSplit)) throw error;
      say(`${error.message}. Rows of '${trainSplitName}' are kept for evaluation`);
    }
  }
  const { train, test } = all.trainTestSplit({ testSize, seed: data.splitSeed });
  return { train, evaluation: test };
}

/**
 * Where a data set or model is: what comes with the course has a short name, unless there is a folder of that name.
 *
 * @param inside - where in the course's data it is: '' or 'models'
 */
export async function placeOf(name: string, inside: '' | 'models'): Promise<string> {
  const isOurs = /^[\w-]+$/.test(name) && existsSync(inCourseData(inside, name)) && !(await isFolder(name));
  return isOurs ? `onpa:${inside && `${inside}/`}${name}` : name;
}
