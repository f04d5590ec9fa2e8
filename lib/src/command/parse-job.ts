import { ParameterError } from '../errors.js';
import { TrainingArguments } from '../training/arguments/training-arguments.js';
import type { TrainingOptions } from '../training/arguments/training-defaults.js';
import { repositoryOf } from '../training/push-training.js';
import { requireChoice } from '../validation.js';
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
  const values = await parseFlags(line, allFlags(groups));
  const of = (group: GroupName): Values =>
    Object.fromEntries(
      Object.entries(values).filter(([name]) => groups[group].flags.some((flag) => flag.name === name)),
    );
  const data = { ...new DataArguments(), ...of('data') };
  const model = { ...new ModelArguments(), ...of('model') };
  const job = { ...new JobArguments(), ...of('job') };
  const args = new TrainingArguments({
    freezeFeatureEncoder: model.freezeFeatureEncoder,
    ...(of('training') as TrainingOptions),
  });
  const { doTrain = job.doEval === undefined, doEval = job.doTrain === undefined } = job;
  if (!doTrain && !doEval) throw new ParameterError('do_train and do_eval are false; there is nothing to do');
  // The model card bears its name.
  repositoryOf(args);
  requireChoice('log_format', job.logFormat, ['text', 'json']);
  return {
    data: checkedData(data),
    model,
    job: { ...job, doTrain, doEval },
    clips: of('clips'),
    trainer: of('trainer'),
    args,
  };
}

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
  if (data.evalSplitName !== undefined && data.testSize !== undefined) {
    throw new ParameterError(
      'eval_split_name and test_size are two ways of choosing rows to evaluate with; leave one out',
    );
  }
  return { ...data, datasetName };
}
