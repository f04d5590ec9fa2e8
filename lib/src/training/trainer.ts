import { join } from 'node:path';
import { asSource, type ExampleSource } from '../dataset/example-source.js';
import { ParameterError, TrainingError, TrainingInterrupted } from '../errors.js';
import { writeWhole } from '../files.js';
import type { CommitInfo } from '../hub/push/push-files.js';
import type { HubertForSequenceClassification } from '../hubert/models.js';
import type { SaveOptions } from '../hubert/pretrained/pretrained-model.js';
import { type Interruption, listenForInterruption, Stopped } from '../interruption.js';
import { given, type OrNull } from '../options.js';
import { collectSoon } from '../tensor/forgotten.js';
import { writeFolder } from '../write-folder.js';
import { TrainingArguments } from './arguments/training-arguments.js';
import { CallbackHandler, type CallbackOrClass } from './callbacks/callback-handler.js';
import { DefaultFlowCallback } from './callbacks/default-flow-callback.js';
import type { TrainerCallback, TrainerControl } from './callbacks/trainer-callback.js';
import type { ModelCardOptions } from './card/model-card.js';
import { writeModel } from './checkpoints/training-checkpoint.js';
import { type Evaluation, evaluate, noLogits } from './evaluation.js';
import { FeatureCache, FeatureStore, isEncoderFrozen } from './feature-cache.js';
import type { Prediction } from './metrics.js';
import { pushTraining, type TrainerPushOptions, writeModelCard } from './push-training.js';
import { requireMixable } from './run/mix-up.js';
import { type TrainOutput, train } from './run/train.js';
import { searchHyperparameters } from './search/hyperparameter-search.js';
import type { TrainerChanges } from './search/run-trial.js';
import type { HyperparameterSearchOptions } from './search/search-options.js';
import type { BestRun } from './search/trial.js';
import { tracking } from './trackers/tracking.js';
import type { TrainableModel } from './trainable-model.js';
import { trainerLoss } from './trainer-loss.js';
import type { Dataset, TrainerOptions, TrainingContext, TrainOptions } from './trainer-options.js';
import { initialState, STATE_FILE, type TrainerState, trialState, writeTrainerState } from './trainer-state.js';

/**
 * Trains a model, like `transformers.Trainer`: the same order of examples, the same arithmetic and the same logs from the
 * same seed. A classifier learns the examples' labels; another model has a loss of its own.
 *
 * @example
 * const args = new TrainingArguments({ outputDir: 'build/ft', evalStrategy: 'epoch' });
 * const trainer = new Trainer({ model, args, trainDataset, evalDataset, featureExtractor, computeMetrics });
 * await trainer.train();
 * const { eval_accuracy } = await trainer.evaluate();
 */
export class Trainer<M extends TrainableModel = HubertForSequenceClassification> {
  readonly model: M;
  readonly args: TrainingArguments;
  /** How far training is, and what it said. */
  state: TrainerState = initialState();
  readonly #options: TrainerOptions<M>;
  readonly #context: TrainingContext;
  /** Ends evaluations, too. */
  #signal: AbortSignal | undefined;
  /** The training that runs, and whether it has been asked to stop. */
  #running: { readonly interruption: Interruption; readonly ended: Promise<unknown> } | undefined;

  /** @throws ParameterError for arguments out of range, or if there is nothing to evaluate with */
  constructor(options: OrNull<TrainerOptions<M>>) {
    this.#options = given<TrainerOptions<M>>(options);
    const { model, args = {}, trainDataset, evalDataset, lossIsScaledForGa = true } = this.#options;
    const { featureExtractor, computeMetrics, callbacks = [] } = this.#options;
    this.model = model;
    this.args = args instanceof TrainingArguments ? args : new TrainingArguments(args);
    const loss = trainerLoss(this.#options, this.args);
    const handler = new CallbackHandler(callbacks, this.args, { model, featureExtractor }, () => this.state);
    const shared = { model, args: this.args, featureExtractor, computeMetrics };
    this.#context = { ...shared, loss, callbacks: handler, lossIsScaledForGa };
    if (this.args.evalStrategy !== 'no' && trainDataset && !evalDataset) {
      throw new ParameterError(`evalStrategy is '${this.args.evalStrategy}', but there is no evalDataset; give one`);
    }
    requireMixable(this.args, model);
    if (evalDataset && model.exampleProblem && (asSource(evalDataset).evalSegments ?? 1) > 1) throw noLogits();
    if (this.args.bf16) model.dtype = 'bfloat16';
    if (this.args.freezeFeatureEncoder) model.freezeFeatureEncoder();
    if (this.args.activationCheckpointing) enableCheckpointing(model);
    collectSoon();
    handler.initialise();
  }

  /** What callbacks wish for. */
  get control(): TrainerControl {
    return this.#context.callbacks.control;
  }

  /**
   * Adds a callback, or one of this class, after the others.
   *
   * @throws ParameterError for a method `on…` that is no event
   */
  addCallback(callback: CallbackOrClass): void {
    this.#context.callbacks.add(callback);
  }

  /** Takes out a callback, or the first of this class, and returns it; undefined if there is none. */
  popCallback(callback: CallbackOrClass): TrainerCallback | undefined {
    return this.#context.callbacks.pop(callback);
  }

  /**
   * Takes out a callback, or the first of this class.
   *
   * @throws ParameterError if the callback is none of this Trainer's; of a class there need not be any
   */
  removeCallback(callback: CallbackOrClass): void {
    if (this.popCallback(callback) || typeof callback === 'function') return;
    throw new ParameterError('The callback is none of this Trainer; give one that it has, or its class');
  }

  /**
   * Trains the model.
   *
   * Every training begins at the first step and with a fresh optimiser, unless it resumes a checkpoint. Ctrl+C, the
   * notebook's stop button and `signal` end it within a step. With the argument `pushToHub` what it saves is pushed
   * meanwhile, and the trained model at the end; what cannot be pushed is said, and no error.
   *
   * @throws TrainingInterrupted when somebody has stopped it, after a checkpoint is saved
   * @throws what a callback throws; checkpoints that are saved stay
   * @throws TrainingError when the loss diverges, a checkpoint cannot be written, or another training is at work in
   * `outputDir`
   * @throws HubError before the first step, when `pushToHub` is set and the repository may not be written to, or when the
   * checkpoint to resume is on the Hub and cannot be had
   * @throws CheckpointError when the checkpoint to resume belongs to another training; it says what differs
   * @throws ParameterError for an empty data set, an example that does not fit, and a folder that cannot be written to
   *
   * @example
   * const { trainingLoss } = await trainer.train({ resumeFromCheckpoint: true });
   *
   * @example
   * await trainer.train({ resumeFromCheckpoint: 'me/distilhubert-finetuned-gtzan' }); // what another machine has pushed
   * @see {@link trainingCurves} for a picture of `trainer.state.logHistory`
   */
  async train(options: OrNull<TrainOptions> = {}): Promise<TrainOutput> {
    const { resumeFromCheckpoint, signal, pushTrained, trial } = given<TrainOptions>(options);
    const { trainDataset, evalDataset } = this.#options;
    if (!trainDataset) throw new ParameterError('There is no trainDataset to learn from; give the Trainer one');
    // A cell that was stopped ends before its training has.
    if (this.#running?.interruption.requested) await this.#running.ended;
    if (this.#running) throw new TrainingError('This Trainer is training already; stop that first');
    const interruption = listenForInterruption(signal);
    const training = train(this.#context, {
      source: asSource(trainDataset),
      evalSource: evalDataset && asSource(evalDataset),
      tracker: tracking(this.args, this.#options.trackers),
      interruption,
      resumeFromCheckpoint,
      signal,
      pushTrained,
      onState: (state) => {
        this.state = trial ? Object.assign(state, trialState(trial)) : state;
      },
    });
    this.#running = { interruption, ended: training.catch(() => {}) };
    try {
      return await training;
    } finally {
      interruption.end();
      this.#running = undefined;
    }
  }

  /**
   * Measures the model by `evalDataset`, or by another data set: `eval_loss`, `eval_runtime` (s),
   * `eval_samples_per_second`, `eval_steps_per_second`, and each of `computeMetrics` with `eval_` before its name.
   *
   * @throws ParameterError for an empty data set, an example that does not fit, and a metric that is no number
   * @throws TrainingInterrupted when somebody has stopped it
   *
   * @example
   * const { eval_accuracy } = await trainer.evaluate();
   * @see {@link Trainer.predict} for the logits too
   */
  async evaluate(dataset: Dataset | undefined = this.#options.evalDataset): Promise<Record<string, number>> {
    if (!dataset) throw new ParameterError('There is no evalDataset to evaluate with; give the Trainer one');
    const { metrics } = await this.#measure('evalDataset', asSource(dataset), 'eval');
    const entry = { ...metrics, epoch: this.state.epoch };
    this.state.logHistory.push({ ...entry, step: this.state.globalStep });
    await this.#context.callbacks.call('onLog', { logs: { ...entry } });
    await this.#context.callbacks.call('onEvaluate', { metrics: { ...entry } });
    return entry;
  }

  /**
   * What the model says about each example: `predictions`, a row of logits of `numLabels` each; `labelIds`, the true
   * classes; and `metrics`, with `test_` before the names that {@link Trainer.evaluate} gives. Clips that the data set
   * leaves out are in none of them.
   *
   * @throws ParameterError and TrainingInterrupted as {@link Trainer.evaluate} does
   *
   * @example
   * const { predictions, labelIds } = await trainer.predict(evalDataset);
   * const confusion = confusionMatrix(labelIds, predictions.map(argmax), { numClasses: 10 });
   * @see {@link confusionMatrix}, {@link mostConfidentMistakes}
   */
  async predict(dataset: Dataset): Promise<Prediction & { metrics: Record<string, number> }> {
    const { metrics, ...prediction } = await this.#measure('dataset', asSource(dataset), 'test');
    await this.#context.callbacks.call('onPredict', { metrics: { ...metrics } });
    return { ...prediction, metrics };
  }

  /**
   * Trains models with different arguments, each made by `modelInit`, and finds the best. Each trial has a folder in
   * `outputDir`, `run-0`, `run-1` …; what it found is in `trials.json` there. A search that was stopped or killed goes on
   * by the same call: trials that have ended are not run again, and the one that ran goes on from its last checkpoint. Where
   * `modelInit` makes the same model for the same trial, its numbers are those that it would have had. A trial that
   * diverges has failed, and the search goes on.
   *
   * This Trainer's own model, arguments and state stay as they are; Transformers' Trainer has no model afterwards. Each
   * trial has its callbacks: a class is made anew, a callback with `state()` has the one that it had before the search,
   * and any other sets itself back in `onTrainBegin`. A trial that goes on gives them back the state that they had. No
   * trial is pushed to the Hub.
   *
   * @throws TrainingInterrupted when somebody has stopped it
   * @throws CheckpointError when `outputDir` has another search; it says what differs
   * @throws TrainingError where no trial runs to its end, a checkpoint cannot be written, or another search is at work there
   * @throws ParameterError for a space or option out of range, and without `modelInit` or data
   *
   * @example
   * const best = await trainer.hyperparameterSearch({
   *   hpSpace: { learningRate: { low: 1e-5, high: 1e-3, log: true }, warmupRatio: { choices: [0, 0.1] } },
   *   computeObjective: ({ eval_accuracy }) => eval_accuracy,
   *   direction: 'maximize',
   * });
   * const args = new TrainingArguments({ ...trainer.args, ...best.hyperparameters });
   */
  async hyperparameterSearch(options: OrNull<HyperparameterSearchOptions> = {}): Promise<BestRun> {
    const { callbacks } = this.#context;
    const begin = callbacks.states();
    const makeTrainer = ({ callback, signal, ...changes }: TrainerChanges<M>) => {
      callbacks.restore(structuredClone(begin));
      const trainer = new Trainer<M>({ ...this.#options, ...changes, callbacks: [...callbacks.others(), callback] });
      if (!callbacks.hasDefault) trainer.popCallback(DefaultFlowCallback);
      trainer.#signal = signal;
      return trainer;
    };
    try {
      return await searchHyperparameters(
        this.#options,
        this.args,
        makeTrainer,
        given<HyperparameterSearchOptions>(options),
      );
    } finally {
      callbacks.restore(begin);
    }
  }

  /**
   * Writes the model, its feature extractor and the training arguments into a folder that Transformers loads: all of
   * them, or none. With the argument `pushToHub` it is pushed, too, as "Model save", unless this Trainer is training.
   *
   * @param options.exportOnnx - add the model as `onnx/model.onnx`, as {@link HubertForSequenceClassification.savePretrained}
   * does
   * @throws WriteError where the disk is full, or the folder may not be written to; what stood there before is as it was
   *
   * @example
   * await trainer.saveModel('build/best');
   * const model = await AutoModelForAudioClassification.fromPretrained('build/best');
   */
  async saveModel(folder: string = this.args.outputDir, options: OrNull<SaveOptions> = {}): Promise<void> {
    const chosen = given<SaveOptions>(options);
    await writeFolder(folder, (beside) => writeModel(beside, this.#context, chosen));
    if (this.args.pushToHub && !this.#running) await this.pushToHub({ ...chosen, commitMessage: 'Model save' });
  }

  /**
   * Writes `trainer_state.json`, the log included, into a folder.
   *
   * @throws WriteError where the disk is full, or the folder may not be written to
   * @see {@link TrainerState} for reading it
   */
  async saveState(folder: string = this.args.outputDir): Promise<void> {
    await writeWhole(join(folder, STATE_FILE), Buffer.from(writeTrainerState(this.state)), { makeFolder: true });
  }

  /**
   * Writes a model card, `README.md`, into `outputDir`: results, hyperparameters, and a table of the evaluations.
   *
   * @returns its path
   * @throws ParameterError if neither `hubModelId` nor `outputDir` gives a name for the model
   * @throws TrainingError while this Trainer is training
   * @throws WriteError where the disk is full, or `outputDir` may not be written to
   *
   * @example
   * await trainer.createModelCard({ dataset: 'GTZAN', finetunedFrom: 'ntu-spml/distilhubert' });
   * @see {@link Trainer.pushToHub}, which writes one too
   */
  createModelCard(options: OrNull<ModelCardOptions> = {}): Promise<string> {
    this.#refuseWhileTraining();
    return writeModelCard(this.#context, this.state, given<ModelCardOptions>(options));
  }

  /**
   * Pushes the model, its feature extractor, the state of the training, TensorBoard's log and a model card to the Hub, as
   * one commit: everything becomes visible at once, or nothing. With `folder` the files go there instead.
   *
   * The repository is `hubModelId` of the arguments, else the name of `outputDir`, in the user's own namespace where it
   * has none; the branch is `revision`, else `hubRevision`.
   *
   * @throws HubError if there is no access token, the Hub refuses, or cannot be reached
   * @throws ParameterError for names that no repository has, and for a `folder` that cannot be written to
   * @throws TrainingError while this Trainer is training
   *
   * @example
   * await trainer.pushToHub({ datasetTags: 'marsyas/gtzan', dataset: 'GTZAN', finetunedFrom: 'ntu-spml/distilhubert' });
   * @see {@link login} for the token
   */
  async pushToHub(options: OrNull<TrainerPushOptions> = {}): Promise<CommitInfo> {
    this.#refuseWhileTraining();
    await this.#context.callbacks.call('onPushBegin');
    return pushTraining(this.#context, this.state, given<TrainerPushOptions>(options));
  }

  #refuseWhileTraining(): void {
    if (this.#running) throw new TrainingError('This Trainer is training; push what it has learnt when it has ended');
  }

  async #measure(name: string, source: ExampleSource, prefix: string): Promise<Evaluation> {
    const interruption = listenForInterruption(this.#signal);
    const tracker = tracking(this.args, this.#options.trackers);
    // Without room: the features are made clip by clip all the same, so that the numbers are those of training.
    const cache = isEncoderFrozen(this.model) ? new FeatureCache(new FeatureStore()) : undefined;
    try {
      return await evaluate(this.#context, { name, source, cache }, { tracker, interruption }, prefix);
    } catch (error) {
      if (error instanceof Stopped) throw new TrainingInterrupted('The evaluation was stopped before its end.');
      throw error;
    } finally {
      interruption.end();
    }
  }
}

function enableCheckpointing(model: TrainableModel): void {
  if (model.activationCheckpointingEnable) model.activationCheckpointingEnable();
  else
    throw new ParameterError('activationCheckpointing is true, but the model has no activationCheckpointingEnable()');
}
