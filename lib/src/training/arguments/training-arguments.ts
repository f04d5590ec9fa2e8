import { CheckpointError, ParameterError } from '../../errors.js';
import { pathOf } from '../../files.js';
import { readJson, snakeCase } from '../../json.js';
import { given, type OrNull } from '../../options.js';
import { camelCase } from '../../python-names.js';
import { checkArguments } from './check-arguments.js';
import { optimArgsText } from './optimizer-arguments.js';
import { TrainingDefaults, type TrainingOptions } from './training-defaults.js';

/** The file of the arguments in a checkpoint. */
export const ARGUMENTS_FILE = 'training_args.json';

/** The names of all arguments. */
const NAMES = Object.keys(new TrainingDefaults()) as readonly (keyof TrainingDefaults)[];

/** Two names of one argument. */
const CHECKPOINTING: readonly (keyof TrainingDefaults)[] = ['activationCheckpointing', 'gradientCheckpointing'];

/** The arguments that may follow from others. */
const DERIVED = [...CHECKPOINTING, 'evalSteps', 'greaterIsBetter', 'metricForBestModel'] as const;

/**
 * How a model is trained, like `transformers.TrainingArguments`: the same names in camelCase, and the same defaults
 * except for `reportTo`. What follows from other arguments, such as `greaterIsBetter`, is there, but not enumerated unless it
 * was given: `{ ...args, metricForBestModel: 'loss' }` has it follow anew.
 *
 * @throws ParameterError for an unknown argument, a value out of range, and arguments that contradict each other
 *
 * @example
 * new TrainingArguments({ outputDir: 'build/ft', evalStrategy: 'epoch', learningRate: 5e-5, warmupRatio: 0.1 });
 * @see {@link TrainingDefaults} for each of them, {@link Trainer}
 */
export class TrainingArguments extends TrainingDefaults {
  constructor(options: OrNull<TrainingOptions> = {}) {
    super();
    for (const key of Object.keys(options ?? {})) {
      if (Object.hasOwn(this, key)) continue;
      throw new ParameterError(`${key} is no training argument; ${suggestion(key, Object.keys(this))}`);
    }
    Object.assign(this, given<TrainingOptions>(options));
    checkArguments(this);
    complete(this);
  }

  /**
   * The arguments in the `training_args.json` of a checkpoint or a saved model.
   *
   * @param path - of the file
   * @param options - take the place of what stands there
   * @throws CheckpointError if there is no such file, or it holds something else
   *
   * @example
   * const args = await TrainingArguments.loadFromJson('build/ft/checkpoint-50/training_args.json', { maxSteps: 100 });
   */
  static async loadFromJson(path: string, options: OrNull<TrainingOptions> = {}): Promise<TrainingArguments> {
    const json = await readJson(pathOf(path));
    const stored = Object.fromEntries(
      NAMES.map((name) => [name, withKeys(camelCase, json[snakeCase(name)]) ?? undefined]),
    );
    const isEmpty = Object.values(stored).every((value) => value === undefined);
    if (isEmpty) {
      throw new CheckpointError(`${path} holds no training arguments; give the training_args.json of a checkpoint`);
    }
    const chosen = given<TrainingOptions>(options);
    return new TrainingArguments({ ...withoutDerived(stored, chosen), ...chosen });
  }
}

/** The arguments of a file without those that follow from others there, or would contradict the ones that are chosen. */
function withoutDerived(stored: TrainingOptions, chosen: TrainingOptions): TrainingOptions {
  const bare: { -readonly [K in keyof TrainingOptions]: TrainingOptions[K] } = { ...stored };
  for (const key of DERIVED) {
    const isChosen = CHECKPOINTING.includes(key) && CHECKPOINTING.some((name) => chosen[name] !== undefined);
    if (isChosen || new TrainingArguments({ ...bare, [key]: undefined })[key] === stored[key]) delete bare[key];
  }
  return bare;
}

/** The arguments under Transformers' keys. */
export function writeArguments(args: TrainingArguments): Record<string, unknown> {
  return Object.fromEntries(NAMES.map((key) => [snakeCase(key), withKeys(snakeCase, args[key]) ?? null]));
}

/** An object with its keys in the other spelling; any other value as it is. */
function withKeys(spelling: (key: string) => string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [spelling(key), entry]));
}

/** Fills in what follows from other arguments; that is not enumerated, so that it follows anew where they are spread. */
function complete(args: { -readonly [K in keyof TrainingDefaults]: TrainingDefaults[K] }): void {
  const derive = (key: keyof TrainingDefaults, value: unknown) => {
    Object.defineProperty(args, key, { value, enumerable: false });
  };
  if (args.evalStrategy === 'steps' && !args.evalSteps) derive('evalSteps', args.loggingSteps);
  if (args.optim !== 'sgd') args.optim = 'adamw_torch';
  args.optimArgs = optimArgsText(args.optimArgs);
  const isCheckpointing = args.activationCheckpointing ?? args.gradientCheckpointing ?? false;
  for (const key of CHECKPOINTING) if (args[key] === undefined) derive(key, isCheckpointing);
  const asksForBest = args.loadBestModelAtEnd || args.saveStrategy === 'best';
  if (asksForBest && args.metricForBestModel === undefined) derive('metricForBestModel', 'loss');
  const { metricForBestModel: metric } = args;
  if (metric !== undefined && args.greaterIsBetter === undefined) derive('greaterIsBetter', !metric.endsWith('loss'));
}

/** Names of earlier versions of Transformers, and of arguments that stand elsewhere here. */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  evaluationStrategy: 'it is called evalStrategy now',
  perGpuTrainBatchSize: 'it is called perDeviceTrainBatchSize now',
  perGpuEvalBatchSize: 'it is called perDeviceEvalBatchSize now',
  resumeFromCheckpoint: 'give it to train()',
  hubToken: 'a token is no argument of a training, which is saved and published: call login()',
};

function suggestion(key: string, known: readonly string[]): string {
  if (Object.hasOwn(OTHER_NAMES, key)) return OTHER_NAMES[key];
  const plain = (name: string) => name.toLowerCase().replaceAll('_', '');
  const meant = known.find((name) => plain(name) === plain(key));
  return meant ? `is ${meant} meant?` : `there are ${known.join(', ')}`;
}
