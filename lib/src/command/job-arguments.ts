/** The fields of a job beyond the training arguments: those of Transformers' example scripts, under their names. */

/** What is learnt from, and by what it is measured. */
export class DataArguments {
  /** The data set: a folder, `owner/name` on the Hub, or `mini-genres`, which comes with the course. Short: --dataset. */
  readonly datasetName: string | undefined = undefined;
  /** Which of its data sets, where a repository holds several. */
  readonly datasetConfigName: string | undefined = undefined;
  /** The split to train on. */
  readonly trainSplitName: string = 'train';
  /** The split to evaluate with; default `validation`, or rows of the training split where there is none. */
  readonly evalSplitName: string | undefined = undefined;
  /** Which rows of the training split are kept for evaluation: a share or a number; default 0.2 where they are needed. */
  readonly testSize: number | undefined = undefined;
  /** Which rows, or those of which fold, these are; it stays the same for all seeds of a training. */
  readonly splitSeed: number = 42;
  /**
   * Which of num_folds parts of the training split to evaluate with, from 0, and train on the others: for a
   * cross-validation, one job a fold.
   */
  readonly fold: number | undefined = undefined;
  /** How many parts these are; each has an equal share of each class. */
  readonly numFolds: number = 5;
  /** The column of what belongs together, such as an artist, whose rows come into one part. */
  readonly groupBy: string | undefined = undefined;
  /** A text file with the names of the clips to train on, one in each line, as published splits have them; with eval_file. */
  readonly trainFile: string | undefined = undefined;
  /** The same of the clips to evaluate with. */
  readonly evalFile: string | undefined = undefined;
  /** The column of the sound, which has this name in every data set. */
  readonly audioColumnName: string = 'audio';
  /** The column of the classes; default `label` or `genre`, or the first there is. */
  readonly labelColumnName: string | undefined = undefined;
  /** So many training rows at most, drawn by the seed: to try something out. */
  readonly maxTrainSamples: number | undefined = undefined;
  /** So many evaluation rows at most. */
  readonly maxEvalSamples: number | undefined = undefined;
  /** How much of longer clips is seen in training, in s. */
  readonly maxLengthSeconds: number = 20;
  /** It is another segment in each epoch, cut out at random; without, the beginning, whose features a frozen encoder makes once. */
  readonly randomSegment: boolean = true;
  /**
   * How much of longer clips is seen in evaluation, in s; with `evalSegments` above 1, of which each is so long, the default is
   * `maxLengthSeconds`. Not in Transformers, which takes them whole.
   */
  readonly maxEvalLengthSeconds: number = 30;
}

/** What learns. */
export class ModelArguments {
  /** The checkpoint to begin with: a folder, `owner/name` on the Hub, or `mini-hubert` of the course. Short: --model. */
  readonly modelNameOrPath: string = 'facebook/wav2vec2-base';
  /** Its branch, tag or commit on the Hub. */
  readonly modelRevision: string = 'main';
  /** Where the feature extractor is, if not with the model. */
  readonly featureExtractorName: string | undefined = undefined;
  /** Leave the feature encoder as it is. */
  readonly freezeFeatureEncoder: boolean = true;
  /** Tell the model what of a batch is sound and what padding. */
  readonly attentionMask: boolean = true;
  /** Draw weights at random whose shape in the checkpoint is another, instead of an error. */
  readonly ignoreMismatchedSizes: boolean = false;
}

/** What is done. */
export class JobArguments {
  /** Train; default, with do_eval, where neither is given. */
  readonly doTrain: boolean | undefined = undefined;
  /** Evaluate at the end; default, with do_train, where neither is given. */
  readonly doEval: boolean | undefined = undefined;
  /**
   * The checkpoint to go on from: a folder, or `true` for the last of output_dir; by default that is gone on from where there
   * is one.
   */
  readonly resumeFromCheckpoint: string | undefined = undefined;
  /** Begin anew, and remove the checkpoints of output_dir. Not for jobs that are run again after an interruption. */
  readonly overwriteOutputDir: boolean = false;
  /** End training after so many evaluations in a row that were not better than the best. */
  readonly earlyStoppingPatience: number | undefined = undefined;
  /** By how much an evaluation has to be better for that. */
  readonly earlyStoppingThreshold: number = 0;
  /** Give early stopping back what it had counted when a training goes on; in Transformers the default is false. */
  readonly restoreCallbackStatesFromCheckpoint: boolean = true;
  /** Add the model as onnx/model.onnx. */
  readonly exportOnnx: boolean = false;
  /** What a line of the log is: `text`, or `json`, an object with Transformers' keys. */
  readonly logFormat: string = 'text';
}
