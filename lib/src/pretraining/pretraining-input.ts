import type { FeatureInput, ModelInput } from '../hubert/input.js';
import type { tf } from '../tensor/tensorflow.js';
import type { ClusterLoss } from './cluster-loss.js';
import type { FrameLabels } from './frame-labels.js';

/** What {@link HubertForPreTraining} takes. */
export type PretrainingInput = (ModelInput | FeatureInput) & {
  /** For each row the cluster of each of its frames; with them the output has a loss. */
  frameLabels?: readonly FrameLabels[];
  /** Which frames are masked: (batch, frames). Default: as chance decides; in training another way each time, else always the same. */
  maskTimeIndices?: readonly ArrayLike<boolean>[];
  /** False hears the whole sound, as after pre-training; default true. */
  mask?: boolean;
};

/** What {@link HubertForPreTraining} gives; the tensors belong to the caller. */
export type PretrainingOutput = Partial<ClusterLoss> & {
  /** For each set of labels, how near each frame is to each cluster, before softmax: (batch, frames, classes). */
  logitList: tf.Tensor3D[];
  /** (batch, frames, hidden size) */
  lastHiddenState: tf.Tensor3D;
  /** What the first layer gets, then what each layer gives, where asked for: (batch, frames, channels). */
  hiddenStates?: tf.Tensor3D[];
  /** The weights of each layer, where asked for: (batch, heads, frames, frames). */
  attentions?: tf.Tensor4D[];
  /** Which frames were masked: (batch, frames). */
  maskTimeIndices: boolean[][];
};
