import { join } from 'node:path';
import { CheckpointError } from '../errors.js';
import { AutoFeatureExtractor } from '../feature-extractor/feature-extractor.js';
import { hubAddress } from '../hub/environment.js';
import { requireToken } from '../hub/login/token.js';
import type { HubertForSequenceClassification } from '../hubert/models.js';
import { AutoModelForAudioClassification } from '../hubert/pretrained/auto-model.js';
import { writeModel } from '../training/checkpoints/training-checkpoint.js';
import { accuracy, argmax, type ComputeMetrics } from '../training/metrics.js';
import { Trainer } from '../training/trainer.js';
import { STATE_FILE, TrainerState } from '../training/trainer-state.js';
import { writeFolder } from '../write-folder.js';
import { type JobRows, loadRows, placeOf } from './job-examples.js';
import { beginIn, saveMetrics } from './job-folder.js';
import { type JobStreams, jobTrackers, logLine } from './job-log.js';
import type { Job } from './parse-job.js';
import type { StopSignals } from './stop-signals.js';

const computeMetrics: ComputeMetrics = ({ predictions, labelIds }) => ({
  accuracy: accuracy(labelIds, predictions.map(argmax)),
});

/**
 * Trains and evaluates, and leaves in the output folder what Transformers' example script leaves there: checkpoints, the model,
 * `trainer_state.json`, `all_results.json`, `train_results.json`, `eval_results.json` and the model card. Model and
 * data sets live until the process ends.
 *
 * @throws Stopped or TrainingInterrupted when a signal has asked for the end; a training is saved then
 */
export async function runJob(asked: Job, stop: StopSignals, streams: JobStreams): Promise<void> {
  const { job, data, clips, args } = asked;
  const { interruption } = stop;
  const say = (text: string): void => void streams.notes.write(`${text}\n`);
  if (args.pushToHub) await requireToken(hubAddress());
  const begin = await interruption.race(beginIn(asked, interruption));
  const featureExtractor = await interruption.race(loadExtractor(asked));
  const rows = await interruption.race(loadRows(asked, say));
  say(`${data.datasetName}: ${rows.train.length} rows to train on, ${rows.evaluation.length} to evaluate with`);
  const model = await interruption.race(begin === 'finished' ? trainedModel(asked) : loadModel(asked, rows));
  say(
    `${begin === 'finished' ? args.outputDir : asked.model.modelNameOrPath}: ${model.numParameters().toLocaleString('en')} parameters`,
  );
  const encode = (some: JobRows['train'], maxDuration: number) =>
    some
      .castAudio({ sampleRate: featureExtractor.samplingRate })
      .preprocess(featureExtractor, { ...clips, maxDuration });
  const trainDataset = encode(rows.train, data.maxLengthSeconds);
  const evalDataset = encode(rows.evaluation, data.maxEvalLengthSeconds);
  const trainer = new Trainer({
    ...asked.trainer,
    model,
    args: { ...args, disableTqdm: true },
    featureExtractor,
    trainDataset,
    evalDataset,
    computeMetrics,
    callbacks: asked.callbacks,
    trackers: jobTrackers(job.logFormat, !args.disableTqdm, streams),
  });
  if (begin === 'finished') trainer.state = await TrainerState.loadFromJson(join(args.outputDir, STATE_FILE));
  else if (job.doTrain) {
    const { metrics } = await trainer
      .train({ ...begin, signal: stop.signal, pushTrained: false })
      .catch((error) => Promise.reject(withAdvice(error)));
    await trainer.saveState();
    await saveMetrics(args.outputDir, 'train', { ...metrics, epoch: trainer.state.epoch });
    // Not saveModel, which pushes: that comes last, once and with all that is known.
    await writeFolder(args.outputDir, (folder) =>
      writeModel(folder, { model, featureExtractor, args: trainer.args }, { exportOnnx: job.exportOnnx }),
    );
  }
  if (job.doEval) {
    const metrics = await interruption.race(trainer.evaluate());
    streams.log.write(logLine({ ...metrics, step: trainer.state.globalStep }, job.logFormat));
    await saveMetrics(args.outputDir, 'eval', metrics);
  }
  await interruption.race(tell(trainer, asked));
}

/** What to do about a checkpoint that cannot be gone on with, in words of the command. */
const withAdvice = (error: unknown): unknown =>
  error instanceof CheckpointError
    ? new CheckpointError(
        `${error.message}. (Here: the flags that it was made with; another --output_dir, or --overwrite_output_dir, to begin ` +
          'anew; --model FOLDER for its weights.)',
        { cause: error },
      )
    : error;

const trainedModel = ({ args }: Job) => AutoModelForAudioClassification.fromPretrained(args.outputDir);

const loadExtractor = async ({ model }: Job) =>
  AutoFeatureExtractor.fromPretrained(await placeOf(model.featureExtractorName ?? model.modelNameOrPath, 'models'), {
    returnAttentionMask: model.attentionMask,
    revision: model.modelRevision,
  });

async function loadModel({ model, args }: Job, { classes }: JobRows): Promise<HubertForSequenceClassification> {
  return AutoModelForAudioClassification.fromPretrained(await placeOf(model.modelNameOrPath, 'models'), {
    numLabels: classes.numClasses,
    id2label: Object.fromEntries(classes.names.entries()),
    label2id: Object.fromEntries(classes.names.map((name, i) => [name, i])),
    ignoreMismatchedSizes: model.ignoreMismatchedSizes,
    revision: model.modelRevision,
    seed: args.seed,
  });
}

/** Writes the model card, and pushes it with all else where that is asked for. */
async function tell(trainer: Trainer, { data, model, job, args }: Job): Promise<void> {
  const card = {
    finetunedFrom: model.modelNameOrPath,
    tasks: 'audio-classification',
    dataset: data.datasetName,
    tags: 'audio-classification',
  };
  await trainer.createModelCard(card);
  if (args.pushToHub) await trainer.pushToHub({ ...card, exportOnnx: job.exportOnnx });
}
