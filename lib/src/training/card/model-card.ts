import { basename, resolve } from 'node:path';
import { isCourseData } from '../../course-data.js';
import { isFolderSync } from '../../files.js';
import { isRepositoryId } from '../../hub/names.js';
import { snakeCase } from '../../json.js';
import { libraryVersion } from '../../library-version.js';
import { tensorflowVersion, tf } from '../../tensor/tensorflow.js';
import type { SchedulerKwargs } from '../arguments/scheduler-arguments.js';
import type { TrainingArguments } from '../arguments/training-arguments.js';
import type { LogTable } from '../log-metrics.js';
import { pythonFloat, roundedFloat } from '../python-number.js';
import type { TrainingContext } from '../trainer-options.js';
import type { TrainerState } from '../trainer-state.js';
import { frontMatter } from './front-matter.js';
import { type LogResults, logResults, metricTags } from './log-results.js';

/** What a model card says that the trainer cannot know, as `transformers.Trainer.create_model_card` takes it. */
export interface ModelCardOptions {
  /** Of the sound, as ISO 639-1 names it. */
  language?: string | readonly string[];
  /** An identifier of the Hub, such as 'mit'; default the base model's, where a push can ask the Hub for it. */
  license?: string;
  tags?: string | readonly string[];
  /** The title; default the name of the repository. */
  modelName?: string;
  /** The pre-trained model, by its name on the Hub; of a folder, and of what comes with the course, only the name stands in the text. */
  finetunedFrom?: string;
  /** Default 'audio-classification'. */
  tasks?: string | readonly string[];
  /** Data sets by their names on the Hub; others than such names stand in the text alone. */
  datasetTags?: string | readonly string[];
  /** The same by their names for people; default `datasetTags`. */
  dataset?: string | readonly string[];
  /** The configurations of the data sets that were used. */
  datasetArgs?: string | readonly string[];
  /** More of the data sets, such as `{ config: 'all', split: 'train' }`. */
  datasetMetadata?: Readonly<Record<string, string>> | readonly Readonly<Record<string, string>>[];
}

/** What the Hub calls tasks. */
const TASK_NAMES: Readonly<Record<string, string>> = {
  'audio-classification': 'Audio Classification',
  'automatic-speech-recognition': 'Automatic Speech Recognition',
};

const list = <T>(values: T | readonly T[] | undefined): readonly T[] =>
  values === undefined ? [] : Array.isArray(values) ? values : [values as T];

/** Whether the Hub could have it: a folder of this machine is none of its models and data sets. */
const isOnHub = (name: string): boolean => isRepositoryId(name) && !isFolderSync(name);

/** The metadata of a model card, with the keys of Transformers' trainer in its order. */
export function cardMetadata(
  name: string,
  evaluation: LogResults['evaluation'],
  options: ModelCardOptions,
): Record<string, unknown> {
  const metrics = metricTags(evaluation);
  const { license, finetunedFrom } = options;
  const language = list(options.language);
  const tags = list(options.tags);
  const datasets = list(options.datasetTags).filter(isOnHub);
  return {
    library_name: 'transformers',
    ...(language.length > 0 && { language }),
    ...(license && { license }),
    ...(finetunedFrom && isOnHub(finetunedFrom) && { base_model: finetunedFrom }),
    tags: tags.includes('generated_from_trainer') ? tags : [...tags, 'generated_from_trainer'],
    ...(datasets.length > 0 && { datasets }),
    ...(metrics.size > 0 && { metrics: [...metrics.keys()] }),
    'model-index': [{ name, results: indexOf(options, metrics, evaluation) }],
  };
}

/** The results by task and data set: what the Hub compares models by. Without any of the three there are none. */
function indexOf(
  options: ModelCardOptions,
  metrics: ReadonlyMap<string, string>,
  evaluation: Readonly<Record<string, number>> = {},
): object[] {
  const tasks = list(options.tasks ?? 'audio-classification').filter((task) => Object.hasOwn(TASK_NAMES, task));
  const types = list(options.datasetTags);
  const names = list(options.dataset ?? types);
  const [args, more] = [list(options.datasetArgs), list(options.datasetMetadata)];
  const measured = [...metrics].map(([type, name]) => ({ name, type, value: evaluation[name] }));
  if (measured.length === 0) return [];
  return tasks.flatMap((type) =>
    types.flatMap((tag, i) => {
      if (!isOnHub(tag) || i >= names.length) return [];
      const task = { name: TASK_NAMES[type], type };
      const dataset = { name: names[i], type: tag, ...more[i], ...(args[i] !== undefined && { args: args[i] }) };
      return [{ task, dataset, metrics: measured }];
    }),
  );
}

/** The hyperparameters, by the names and in the order of Transformers' model cards. */
function hyperparameters({ args, loss }: Pick<TrainingContext, 'args' | 'loss'>): [string, string][] {
  const { perDeviceTrainBatchSize: batch, gradientAccumulationSteps: accumulated } = args;
  const { lrSchedulerKwargs: kwargs = {} } = args;
  const lines: [string, string | number, boolean?][] = [
    ['learning_rate', pythonFloat(args.learningRate)],
    ['train_batch_size', batch],
    ['eval_batch_size', args.perDeviceEvalBatchSize],
    ['seed', args.seed],
    ['gradient_accumulation_steps', accumulated, accumulated > 1],
    ['total_train_batch_size', batch * accumulated, accumulated > 1],
    ['optimizer', optimizerOf(args)],
    ['lr_scheduler_type', args.lrSchedulerType],
    ['lr_scheduler_kwargs', pythonArguments(kwargs), Object.keys(kwargs).length > 0],
    ['lr_scheduler_warmup_steps', args.warmupSteps, args.warmupSteps !== 0],
    ['lr_scheduler_warmup_ratio', pythonFloat(args.warmupRatio), args.warmupSteps === 0 && args.warmupRatio !== 0],
    ['training_steps', args.maxSteps, args.maxSteps !== -1],
    ['num_epochs', args.numTrainEpochs, args.maxSteps === -1],
    ['label_smoothing_factor', pythonFloat(args.labelSmoothingFactor), args.labelSmoothingFactor !== 0],
    ['class_weights', `[${loss?.classWeights?.map(pythonFloat).join(', ')}]`, loss?.classWeights !== undefined],
    ['mixup_alpha', pythonFloat(args.mixupAlpha), args.mixupAlpha !== 0],
    ['mixup_prob', pythonFloat(args.mixupProb), args.mixupAlpha !== 0 && args.mixupProb !== 1],
    ['train_sampling_strategy', args.trainSamplingStrategy, args.trainSamplingStrategy !== 'random'],
    ['freeze_feature_encoder', 'true', args.freezeFeatureEncoder],
  ];
  return lines.filter(([, , given = true]) => given).map(([name, value]) => [name, String(value)]);
}

function optimizerOf({ optim, optimArgs, adamBeta1, adamBeta2, adamEpsilon, weightDecay }: TrainingArguments): string {
  const adam = `betas=(${pythonFloat(adamBeta1)},${pythonFloat(adamBeta2)}) and epsilon=${pythonFloat(adamEpsilon)}`;
  const [name, own] = optim === 'sgd' ? ['SGD', optimArgs] : ['AdamW', adam];
  const told = [own, weightDecay > 0 && `weight_decay=${pythonFloat(weightDecay)}`].filter(Boolean).join(' and ');
  return told ? `${name} with ${told}` : name;
}

/** Arguments as Python writes them in a call. */
const pythonArguments = (values: SchedulerKwargs): string =>
  Object.entries(values)
    .map(([key, value]) => {
      const isFraction = typeof value === 'number' && !Number.isInteger(value);
      return `${snakeCase(key)}=${isFraction ? pythonFloat(value) : value}`;
    })
    .join(', ');

/**
 * The text of `README.md`.
 *
 * @param repository - its name, which is the title unless `modelName` is given
 */
export function modelCard(
  context: TrainingContext,
  state: TrainerState,
  repository: string,
  options: ModelCardOptions,
): string {
  const { model, featureExtractor } = context;
  const title = options.modelName ?? repository;
  const { table, evaluation } = logResults(state.logHistory);
  const datasets = list(options.dataset ?? options.datasetTags).map((id) => (isRepositoryId(id) ? id : shown(id)));
  const results = Object.entries(evaluation ?? {}).map(
    ([name, value]) => `- ${name}: ${name === 'step' ? value : roundedFloat(value)}`,
  );
  const parameters = model.numParameters();
  const labels = Object.values(model.config.id2label);
  const rate = featureExtractor?.samplingRate.toLocaleString('en');
  const sound = rate === undefined ? '' : ` It takes mono sound at ${rate} Hz.`;
  const sections = [
    '<!-- Written by onpa from the log of the training. What it cannot know is for you to add. -->',
    `# ${title}`,
    `${origin(options.finetunedFrom)} ${datasets.length > 0 ? `on ${datasets.join(', ')}` : 'on data that is not named'}.`,
    ...(results.length > 0 ? [`On the evaluation set:\n\n${results.join('\n')}`] : []),
    '## Model description',
    `${model.description ?? classifierOf(parameters, labels)}${sound}`,
    '## Intended uses & limitations',
    'More information needed',
    '## Training and evaluation data',
    datasets.length > 0 ? `${datasets.join(', ')}. More information needed` : 'More information needed',
    '## Training procedure',
    '### Training hyperparameters',
    hyperparameters(context)
      .map(([name, value]) => `- ${name}: ${value}`)
      .join('\n'),
    ...(table ? ['### Training results', ...(table.rows.length > 0 ? [markdownTable(table)] : [])] : []),
    '### Framework versions',
    versions().join('\n'),
  ];
  return cardText(cardMetadata(title, evaluation, options), sections.join('\n\n'));
}

const classifierOf = (parameters: number, labels: readonly string[]): string =>
  `An audio classifier of ${parameters.toLocaleString('en')} parameters. It tells ${labels.length} classes apart: ` +
  `${labels.join(', ')}.`;

/** Paths of this machine are nobody else's business; what comes with the course says so. */
const shown = (name: string): string =>
  isCourseData(name) ? `${basename(name.replace(/^.*:/, ''))}, which comes with onpa` : basename(resolve(name));

function origin(base: string | undefined): string {
  if (!base) return 'Trained from scratch';
  if (!isOnHub(base)) return `Fine-tuned from ${shown(base)}${isCourseData(base) ? ',' : ''}`;
  return base.includes('/') ? `Fine-tuned from [${base}](https://huggingface.co/${base})` : `Fine-tuned from ${base}`;
}

function versions(): string[] {
  return [
    `- onpa ${libraryVersion()}`,
    `- TensorFlow.js ${tf.version_core}`,
    `- TensorFlow ${tensorflowVersion()}`,
    `- Node.js ${process.versions.node}`,
  ];
}

/** The text of a model card: metadata for the Hub between two lines of dashes, and what people read. */
function cardText(metadata: Readonly<Record<string, unknown>>, text: string): string {
  return `---\n${frontMatter(metadata)}---\n\n${text.trim()}\n`;
}

/** A table whose columns are as wide as their widest entry. */
function markdownTable({ columns, rows }: LogTable): string {
  const widths = columns.map((name, i) => Math.max(name.length, ...rows.map((row) => row[i]?.length ?? 0)));
  const line = (cells: readonly string[]) => `${cells.map((cell, i) => `| ${cell.padEnd(widths[i])} `).join('')}|`;
  const rule = `${widths.map((width) => `|:${'-'.repeat(width)}:`).join('')}|`;
  return [line(columns), rule, ...rows.map(line)].join('\n');
}
