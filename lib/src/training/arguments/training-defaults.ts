import type { OptimArgs, OptimizerName } from './optimizer-arguments.js';
import type { SchedulerKwargs, SchedulerType } from './scheduler-arguments.js';

/** When something is done: never, every so many optimiser steps, or at the end of each epoch. */
export type IntervalStrategy = 'no' | 'steps' | 'epoch';

/** Which examples come after which: in random order, as they are, or those of about one length together. */
export type SamplingStrategy = 'random' | 'sequential' | 'group_by_length';

/** A service that keeps the logs. */
export type Reporter = 'tensorboard' | 'wandb';

/**
 * What is pushed while a model is trained: nothing before the `end`; the model at every save; besides, the `checkpoint`, as
 * `last-checkpoint`; or all checkpoints under their names.
 */
export type HubStrategy = 'end' | 'every_save' | 'checkpoint' | 'all_checkpoints';

/** Every argument has a default. */
export type TrainingOptions = { readonly [K in keyof TrainingDefaults]?: TrainingDefaults[K] };

/** The fields of {@link TrainingArguments}, each with its default. */
export class TrainingDefaults {
  /** The folder for checkpoints. */
  readonly outputDir: string = 'trainer_output';
  /** How often each example is seen; fractions end within an epoch. */
  readonly numTrainEpochs: number = 3;
  /** Optimiser steps, in place of `numTrainEpochs`, where it is above 0. */
  readonly maxSteps: number = -1;
  /** Examples that the model takes at a time. */
  readonly perDeviceTrainBatchSize: number = 8;
  /** The same in an evaluation: segments, where clips have several; those of a clip go together, even if they are more. */
  readonly perDeviceEvalBatchSize: number = 8;
  /** Batches whose gradients make one optimiser step together. */
  readonly gradientAccumulationSteps: number = 1;
  /**
   * Keep of the transformer's layers only what goes into each, and compute it once more for the gradient: less memory,
   * more time. Default false.
   */
  readonly activationCheckpointing: boolean | undefined = undefined;
  /** The older name of `activationCheckpointing`. */
  readonly gradientCheckpointing: boolean | undefined = undefined;
  /** The highest learning rate, where the warm-up ends. */
  readonly learningRate: number = 5e-5;
  /** The optimiser: AdamW, or 'sgd'. 'adamw' and 'adamw_torch_fused' are other names of 'adamw_torch'. */
  readonly optim: OptimizerName = 'adamw_torch';
  /** For 'sgd': 'momentum=0.9,nesterov=true', or an object. */
  readonly optimArgs: string | OptimArgs | undefined = undefined;
  /** The share of its weights, times the learning rate, that a step takes away; not of biases and norms. */
  readonly weightDecay: number = 0;
  /** How slowly the mean of the gradients moves, in [0, 1). */
  readonly adamBeta1: number = 0.9;
  /** How slowly the mean of their squares moves, in [0, 1). */
  readonly adamBeta2: number = 0.999;
  /** Added to the root of that mean, by which a step is divided. */
  readonly adamEpsilon: number = 1e-8;
  /** Gradients of a greater norm, all taken together, are scaled down to it; 0 switches that off. */
  readonly maxGradNorm: number = 1;
  /** The share of the loss of each example that goes to all classes alike, in [0, 1); in evaluations too. */
  readonly labelSmoothingFactor: number = 0;
  /** How the learning rate goes after the warm-up. */
  readonly lrSchedulerType: SchedulerType = 'linear';
  /** What the schedule may be told, such as `{ power: 2 }`. */
  readonly lrSchedulerKwargs: SchedulerKwargs | undefined = undefined;
  /** Optimiser steps in which the learning rate rises from 0; below 1, their share of all steps. */
  readonly warmupSteps: number = 0;
  /** The share of all steps, where `warmupSteps` is 0. */
  readonly warmupRatio: number = 0;
  /** When the training loss is logged. */
  readonly loggingStrategy: IntervalStrategy = 'steps';
  /** Optimiser steps between two logs; below 1, their share of all steps. */
  readonly loggingSteps: number = 500;
  /** Log the first step too. */
  readonly loggingFirstStep: boolean = false;
  /** When the model is measured by the evaluation set. */
  readonly evalStrategy: IntervalStrategy = 'no';
  /** Optimiser steps between two evaluations; default `loggingSteps`; below 1, their share of all steps. */
  readonly evalSteps: number | undefined = undefined;
  /** When a checkpoint is saved; `best`: whenever `metricForBestModel` is better than ever. */
  readonly saveStrategy: IntervalStrategy | 'best' = 'steps';
  /** Optimiser steps between two checkpoints; below 1, their share of all steps. */
  readonly saveSteps: number = 500;
  /** Checkpoints that are kept: the newest ones and the best. Default all. */
  readonly saveTotalLimit: number | undefined = undefined;
  /** Give the model, after training, the weights of the best checkpoint. */
  readonly loadBestModelAtEnd: boolean = false;
  /** A metric of the evaluation, with or without `eval_`; default `loss`, where a best model is asked for. */
  readonly metricForBestModel: string | undefined = undefined;
  /** Default true, unless the metric's name ends in `loss`. */
  readonly greaterIsBetter: boolean | undefined = undefined;
  /** For dropout, layer drop, SpecAugment, and the order of the examples. */
  readonly seed: number = 42;
  /** For the order of the examples alone; default `seed`. */
  readonly dataSeed: number | undefined = undefined;
  /** In which order the examples come; 'group_by_length' pads less. */
  readonly trainSamplingStrategy: SamplingStrategy = 'random';
  /** The column of the lengths for 'group_by_length'; without a column 'length', the data set tells them itself. */
  readonly lengthColumnName: string = 'length';
  /** Leave out the last batch of an epoch where it is smaller. */
  readonly dataloaderDropLast: boolean = false;
  /** Who gets the logs: all that are set up, none, or those of a list. */
  readonly reportTo: 'all' | 'none' | Reporter | readonly Reporter[] = 'all';
  /** A name for this training, for those who keep the logs. */
  readonly runName: string | undefined = undefined;
  /** Push to the Hub whenever a checkpoint is saved, in the background, and at the end. */
  readonly pushToHub: boolean = false;
  /** What is pushed at a save. */
  readonly hubStrategy: HubStrategy = 'every_save';
  /** Push every save, one after the other; else one is left out while that before it is still on its way. */
  readonly hubAlwaysPush: boolean = false;
  /** The branch to push to; it is made if there is none. Default 'main'. */
  readonly hubRevision: string | undefined = undefined;
  /** The repository of the Hub to push to, 'owner/name' or 'name'; default the name of `outputDir`. */
  readonly hubModelId: string | undefined = undefined;
  /** Whether a repository that a push makes is private; default as the Hub decides. */
  readonly hubPrivateRepo: boolean | undefined = undefined;
  /** Show no live progress. */
  readonly disableTqdm: boolean = false;
  /** Mixed precision in float16: there is none, and `true` is refused. */
  readonly fp16: boolean = false;
  /**
   * Matrix products forwards and backwards in bfloat16; parameters, gradients and the optimiser stay float32. Refused where the
   * processor has no instructions for it.
   */
  readonly bf16: boolean = false;
  /** Give callbacks the states that they left in the checkpoint which is resumed. */
  readonly restoreCallbackStatesFromCheckpoint: boolean = false;
  /**
   * The α of mix-up (Zhang et al. 2018): a batch is mixed with itself in another order, with a share from the beta
   * distribution of α and α, and so are the losses of its classes. 0, the default, switches that off; 0.2 is usual. Not in Transformers.
   */
  readonly mixupAlpha: number = 0;
  /** The probability with which a batch is mixed, where `mixupAlpha` is above 0. Not in Transformers. */
  readonly mixupProb: number = 1;
  /** Leave the feature encoder as it is; what it gives is computed once for each example. Not in Transformers. */
  readonly freezeFeatureEncoder: boolean = false;
  /** Memory for what a frozen feature encoder gave, in bytes. Not in Transformers. */
  readonly featureCacheBytes: number = 1e9;
  /**
   * Disk space in `outputDir` for what does not fit into that memory, in bytes, but never more than half of what is
   * free. It is given back after training. Not in Transformers.
   */
  readonly featureCacheDiskBytes: number = 10e9;
}
