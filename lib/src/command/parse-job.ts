import { ParameterError } from '../errors.js';
import { snakeCase } from '../json.js';
import { TrainingArguments } from '../training/arguments/training-arguments.js';
import type { TrainingOptions } from '../training/arguments/training-defaults.js';
import { EarlyStoppingCallback } from '../training/callbacks/early-stopping-callback.js';
import { repositoryOf } from '../training/push-training.js';
import { requireChoice, requireInteger, requireNumber } from '../validation.js';
import { helpText } from './help.js';
import { DataArguments, JobArguments, ModelArguments } from './job-arguments.js';
import { allFlags, type ClipOptions, flagGroups, type GroupName, type TrainerChoices } from './job-flags.js';
import { parseFlags, type Values } from './parse-flags.js';

/** All that a command line says. */
export interface Job {
  data: DataArguments & { datasetName: string };
  model: ModelArguments;
  job: JobArguments & { doTrain: boolean; doEval: boolean };
  clips: ClipOptions;
  trainer: TrainerChoices;
  args: TrainingArguments;
  callbacks: EarlyStoppingCallback[];
}

/**
 * Reads and checks a command line.
 *
 * @returns the text of the help, where that is asked for
 * @throws ParameterError for what is unknown, of another kind, out of range or contradictory
 */
export async function parseJob(line: readonly string[]): Promise<Job | string> {
  const groups = flagGroups();
  if (line.some((arg) => arg === '--help' || arg === '-h')) return helpText(groups);
  const given = await parseFlags(line, allFlags(groups));
  const values: Values = { ...new DataArguments(), ...new ModelArguments(), ...new JobArguments(), ...given };
  // Segments as long as those that are learnt from: of clips that are whole, there would be no others.
  if (Number(given.evalSegments) > 1)
    values.maxEvalLengthSeconds = given.maxEvalLengthSeconds ?? values.maxLengthSeconds;
  const of = (group: GroupName): Values =>
    Object.fromEntries(groups[group].flags.map(({ name }) => [name, values[name]]));
  const job = of('job') as unknown as JobArguments;
  const args = new TrainingArguments(of('training') as TrainingOptions);
  const { doTrain = job.doEval === undefined, doEval = job.doTrain === undefined } = job;
  if (!doTrain && !doEval) throw new ParameterError('do_train and do_eval are false; there is nothing to do');
  // The model card bears its name.
  repositoryOf(args);
  requireChoice('log_format', job.logFormat, ['text', 'json']);
  return {
    data: checkedData(of('data') as unknown as DataArguments),
    model: of('model') as unknown as ModelArguments,
    job: { ...job, doTrain, doEval },
    clips: of('clips'),
    trainer: of('trainer'),
    args,
    callbacks: earlyStopping(job),
  };
}

const earlyStopping = ({ earlyStoppingPatience, earlyStoppingThreshold }: JobArguments): EarlyStoppingCallback[] =>
  earlyStoppingPatience === undefined
    ? []
    : [new EarlyStoppingCallback({ earlyStoppingPatience, earlyStoppingThreshold })];

/** Ways of choosing rows to evaluate with. */
const WAYS = ['evalSplitName', 'testSize', 'fold', 'evalFile'] as const;

function checkedData(data: DataArguments): Job['data'] {
  const { datasetName } = data;
  if (!datasetName) {
    throw new ParameterError(
      '--dataset_name is missing; give a folder, or a data set of the Hub such as marsyas/gtzan',
    );
  }
  if (data.audioColumnName !== 'audio') {
    throw new ParameterError(
      `audio_column_name is '${data.audioColumnName}'; the column of the sound is found by itself: leave it out`,
    );
  }
  const ways = WAYS.filter((name) => data[name] !== undefined);
  if (ways.length > 1) {
    throw new ParameterError(
      `${ways.map(snakeCase).join(' and ')} are several ways of choosing rows to evaluate with; give one of them`,
    );
  }
  if ((data.trainFile === undefined) !== (data.evalFile === undefined)) {
    throw new ParameterError(
      'train_file and eval_file go together: one names the rows to train on, the other those to evaluate with',
    );
  }
  if (data.groupBy !== undefined && data.fold === undefined) {
    throw new ParameterError('group_by keeps rows together in a fold; give --fold, from 0, too');
  }
  if (data.fold !== undefined) {
    requireInteger('fold', data.fold, 0);
    requireNumber('fold', data.fold, 0, data.numFolds - 1);
  }
  return { ...data, datasetName };
}
