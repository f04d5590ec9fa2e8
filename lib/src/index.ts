export { SVD } from 'ml-matrix';
export { type ExampleName, example, exampleCredit } from './audio/example.js';
export { type AudioInfo, info } from './audio/info.js';
export { type LoadOptions, load } from './audio/load.js';
export type { AudioSource } from './audio/source.js';
export { type BitDepth, encodeWav, saveWav, type WavOptions } from './audio/wav.js';
export { type Checkpoint, openCheckpoint } from './checkpoint/checkpoint.js';
export type { DType } from './checkpoint/dtype.js';
export { saveSafetensors, type TensorArray, type TensorData } from './checkpoint/save-safetensors.js';
export type { TensorInfo } from './checkpoint/tensor.js';
export { AudioDataset, type TrainTestSplitOptions } from './dataset/audio-dataset.js';
export type {
  AugmentOptions,
  BackgroundNoiseOptions,
  ChangeOptions,
  GainOptions,
  NoiseOptions,
  ShiftOptions,
} from './dataset/augment/augment-options.js';
export type { ClassLabel } from './dataset/class-label.js';
export type { DatasetFeatures, DatasetRow } from './dataset/dataset-row.js';
export type { EncodedDataset, PreprocessOptions } from './dataset/encoded-dataset.js';
export type { ExampleSource, TrainingExample } from './dataset/example-source.js';
export type { FileLists } from './dataset/file-lists.js';
export type { KFoldOptions } from './dataset/folds.js';
export { type LoadDatasetOptions, loadDataset } from './dataset/load-dataset.js';
export { IterableAudioDataset, type StreamShuffleOptions } from './dataset/streaming/iterable-dataset.js';
export * from './dsp/index.js';
export {
  AudioDecodeError,
  CheckpointError,
  DatasetError,
  ExerciseError,
  HubError,
  SamplingRateError,
  SetupError,
  TrainingError,
  TrainingInterrupted,
  WriteError,
} from './errors.js';
export { check } from './exercises/check.js';
export { quiz } from './exercises/quiz.js';
export { AutoFeatureExtractor, Wav2Vec2FeatureExtractor } from './feature-extractor/feature-extractor.js';
export type { BatchFeature, FeatureExtractionOptions, RawAudio } from './feature-extractor/prepare-audio.js';
export type { PreprocessorConfig } from './feature-extractor/preprocessor-config.js';
export { hfHubDownload } from './hub/download/hf-hub-download.js';
export { listRepoFiles } from './hub/download/list-repo-files.js';
export type { HubOptions, RepositoryOptions } from './hub/download/repository-file.js';
export { type LoginOptions, login } from './hub/login/login.js';
export { type HubUser, type WhoAmIOptions, whoAmI } from './hub/login/who-am-i.js';
export type { CommitInfo, PushOptions } from './hub/push/push-files.js';
export type { WritableHubOptions } from './hub/push/push-target.js';
export type { LossOptions } from './hubert/classification-loss.js';
export type { ModelConfig } from './hubert/config.js';
export type { ModelInput } from './hubert/input.js';
export {
  type ClassifierInput,
  HubertForSequenceClassification,
  HubertModel,
  type SequenceClassifierOutput,
  Wav2Vec2ForSequenceClassification,
  Wav2Vec2Model,
} from './hubert/models.js';
export { AutoModel, AutoModelForAudioClassification, type ModelLoader } from './hubert/pretrained/auto-model.js';
export type { FromPretrainedOptions } from './hubert/pretrained/from-pretrained.js';
export type { SaveOptions } from './hubert/pretrained/pretrained-model.js';
export { computeMaskIndices, type MaskOptions } from './hubert/spec-augment.js';
export type { BaseModelOutput, ForwardOptions } from './hubert/speech-encoder.js';
export type { OnnxDtype, OnnxExportOptions } from './onnx/export-options.js';
export { outputPath } from './output-path.js';
export {
  type AudioClassificationPipeline,
  type LabelScore,
  type PipelineAudio,
  type PipelineOptions,
  type PipelineTask,
  pipeline,
  type ScoreFunction,
  type ScoreOptions,
} from './pipeline.js';
export type { FrequencyAxis } from './plot/axes/frequency-axis.js';
export { type ComparedSound, type CompareOptions, compare } from './plot/compare.js';
export { type ConcatOptions, hconcat, vconcat } from './plot/concat.js';
export { confusionshow } from './plot/confusionshow.js';
export { type Curve, type CurveMark, type CurvesOptions, curves } from './plot/curves.js';
export { type DiagramArrow, type DiagramBox, type DiagramOptions, diagram } from './plot/diagram.js';
export { type LabelshowOptions, labelshow } from './plot/labelshow.js';
export { type MatrixOptions, matrix } from './plot/matrix.js';
export type { Colormap } from './plot/picture/colormap.js';
export { type RenderOptions, renderPng, renderSvg } from './plot/picture/render.js';
export { type PlayOptions, play } from './plot/play.js';
export type { PlaySource } from './plot/player/audio-data.js';
export type { SoundPicture } from './plot/player/sound-picture.js';
export { type ScoreshowOptions, scoreshow } from './plot/scoreshow.js';
export { show } from './plot/show.js';
export type { ChartOptions, Spec } from './plot/spec.js';
export { type SpecshowOptions, specshow } from './plot/specshow.js';
export { type SpectrumOptions, spectrum } from './plot/spectrum.js';
export { trainingCurves } from './plot/training-curves.js';
export { type WaveshowOptions, waveshow } from './plot/waveshow.js';
export { type DistilOptions, distil } from './pretraining/distil.js';
export { type DistillationOutput, Distiller } from './pretraining/distiller.js';
export type { FrameLabels } from './pretraining/frame-labels.js';
export { HubertForPreTraining } from './pretraining/hubert-for-pretraining.js';
export { type LayeredModel, layerFeatures } from './pretraining/layer-features.js';
export { type LinearProbe, type LinearProbeOptions, linearProbe } from './pretraining/linear-probe.js';
export { mfccFeatures } from './pretraining/mfcc-features.js';
export type { PretrainingInput, PretrainingOutput } from './pretraining/pretraining-input.js';
export type { PretrainingOptions } from './pretraining/pretraining-options.js';
export { withFrameLabels } from './pretraining/with-frame-labels.js';
export type { CrossEntropyOptions, MixedLabels } from './tensor/cross-entropy.js';
export type { Precision } from './tensor/graph-writer.js';
export { tensorflowVersion, tf } from './tensor/tensorflow.js';
export type { OptimArgs, OptimizerName } from './training/arguments/optimizer-arguments.js';
export type { RampType, SchedulerKwargs, SchedulerType } from './training/arguments/scheduler-arguments.js';
export { TrainingArguments } from './training/arguments/training-arguments.js';
export type {
  HubStrategy,
  IntervalStrategy,
  Reporter,
  SamplingStrategy,
  TrainingOptions,
} from './training/arguments/training-defaults.js';
export type { CallbackOrClass } from './training/callbacks/callback-handler.js';
export type { CallbackState, StatefulCallbacks } from './training/callbacks/callback-state.js';
export { DefaultFlowCallback } from './training/callbacks/default-flow-callback.js';
export { EarlyStoppingCallback, type EarlyStoppingOptions } from './training/callbacks/early-stopping-callback.js';
export type {
  CallbackContext,
  CallbackListener,
  TrainerCallback,
  TrainerControl,
  TrainerEvent,
  WithGradients,
  WithLogs,
  WithMetrics,
} from './training/callbacks/trainer-callback.js';
export type { ModelCardOptions } from './training/card/model-card.js';
export {
  accuracy,
  argmax,
  type ClassificationReport,
  type ClassScores,
  type ComputeMetrics,
  classificationReport,
  confusionMatrix,
  type Mistake,
  mostConfidentMistakes,
  type Prediction,
} from './training/metrics.js';
export type { TrainerPushOptions } from './training/push-training.js';
export type { TrainOutput } from './training/run/train.js';
export type { Pruner } from './training/search/median-pruner.js';
export type { ComputeObjective } from './training/search/objective.js';
export type { Sampler } from './training/search/sampler.js';
export type { HyperparameterSearchOptions } from './training/search/search-options.js';
export type {
  Choices,
  Hyperparameter,
  Hyperparameters,
  NumberRange,
  SearchSpace,
} from './training/search/search-space.js';
export type { BestRun, Direction, Trial, TrialRecord } from './training/search/trial.js';
export type { RunInfo, StepInfo, Tracker } from './training/trackers/tracker.js';
export type { BatchOutput, TrainableModel, TrainingBatch } from './training/trainable-model.js';
export { Trainer } from './training/trainer.js';
export type { ComputeLoss, ComputeLossInput } from './training/trainer-loss.js';
export type { Dataset, TrainerOptions, TrainOptions } from './training/trainer-options.js';
export { type LogEntry, TrainerState } from './training/trainer-state.js';
export { wilsonInterval } from './training/wilson-interval.js';
export type { SpeechT5HifiGanConfig } from './vocoder/hifigan/config.js';
export { SpeechT5HifiGan } from './vocoder/hifigan/speecht5-hifigan.js';
export type {
  VocosBackbone,
  VocosConfig,
  VocosConfigOptions,
  VocosFeatures,
  VocosHead,
  VocosPadding,
} from './vocoder/vocos/config.js';
export { Vocos, type VocosSpectrum } from './vocoder/vocos/vocos.js';
