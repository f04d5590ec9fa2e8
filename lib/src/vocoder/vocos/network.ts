import { DerivedTensors } from '../../tensor/derived-tensors.js';
import { activatedLinear, layerNorm, type ParameterLookup, under } from '../../tensor/functional.js';
import { canFuseGelu, fusedGelu } from '../../tensor/fused-gelu.js';
import { affine } from '../../tensor/fused-linear.js';
import { isTaping } from '../../tensor/gradient-tape.js';
import { tf } from '../../tensor/tensorflow.js';
import type { VocosConfig } from './config.js';
import { parameterSpecs, TAPS } from './parameters.js';

/** Of all layer norms; the package does not let configurations choose. */
const EPSILON = 1e-6;

/** The network of Vocos (Siuzdak 2023): ConvNeXt blocks (Liu et al. 2022) over frames, all at one rate. */
export class VocosNetwork {
  readonly #config: VocosConfig;
  readonly #parameters: ParameterLookup;
  /** Kernels as the convolutions need them, and each block's last layer with its share multiplied in. */
  readonly #prepared: DerivedTensors;

  constructor(config: VocosConfig, parameters: ParameterLookup) {
    this.#config = config;
    this.#parameters = parameters;
    const sources = [...parameterSpecs(config).keys()].filter((name) => /embed|dwconv|pwconv|gamma|head/.test(name));
    this.#prepared = new DerivedTensors(
      () => sources.map(parameters),
      () => prepare(config, parameters),
    );
  }

  /** Frames that an output sees before and after its own. */
  get reach(): number {
    return ((TAPS - 1) / 2) * (1 + this.#config.backbone.numLayers);
  }

  /**
   * Mel frames (B, T, bands) → for each frame the logarithms of the magnitudes, then the phases: (B · T, nFft + 2).
   */
  forward(mel: tf.Tensor3D): tf.Tensor2D {
    const { dim, numLayers } = this.#config.backbone;
    const [batch, length, bands] = mel.shape;
    return tf.tidy(() => {
      const prepared = this.#prepared.get();
      const image = tf.reshape(mel, [batch, 1, length, bands]) as tf.Tensor4D;
      const embedded = tf.conv2d<tf.Tensor4D>(image, prepared.embed as tf.Tensor4D, 1, 'same'); // (B, 1, T, C)
      const biased = tf.add(embedded, this.#parameters('backbone.embed.bias'));
      const rows = tf.reshape(biased, [batch * length, dim]) as tf.Tensor2D;
      let x = this.#norm(rows, 'backbone.norm'); // (B · T, C)
      for (let i = 0; i < numLayers; i++) {
        const y = this.#block(x, i, prepared, [batch, 1, length, dim]);
        if (!isTaping()) x.dispose();
        x = y;
      }
      const last = this.#norm(x, 'backbone.final_layer_norm');
      return affine(last, prepared.head as tf.Tensor2D, this.#parameters('head.out.bias')); // (B · T, nFft + 2)
    });
  }

  dispose(): void {
    this.#prepared.dispose();
  }

  /** Each channel over time, then each frame by itself: (B · T, C) → (B · T, C). */
  #block(x: tf.Tensor2D, i: number, prepared: tf.NamedTensorMap, shape: [number, number, number, number]): tf.Tensor2D {
    return tf.tidy(() => {
      const own = under(this.#parameters, `backbone.convnext.${i}`);
      const image = tf.reshape(x, shape) as tf.Tensor4D; // (B, 1, T, C)
      const filter = prepared[`${i}.taps`] as tf.Tensor4D; // (1, 7, C, 1)
      const convolved = tf.add(tf.depthwiseConv2d(image, filter, 1, 'same'), own('dwconv.bias'));
      const normed = this.#norm(tf.reshape(convolved, x.shape) as tf.Tensor2D, `backbone.convnext.${i}.norm`);
      const expand = prepared[`${i}.expand`] as tf.Tensor2D | undefined;
      const wide = expand
        ? fusedGelu(normed, expand, own('pwconv1.bias'), false)
        : activatedLinear(normed, under(own, 'pwconv1'), 'gelu'); // (B · T, intermediate)
      return affine(wide, prepared[`${i}.weight`] as tf.Tensor2D, prepared[`${i}.bias`], x);
    });
  }

  #norm(x: tf.Tensor2D, name: string): tf.Tensor2D {
    const own = under(this.#parameters, name);
    return layerNorm(x, own('weight'), own('bias'), EPSILON);
  }
}

function prepare({ backbone }: VocosConfig, parameters: ParameterLookup): tf.NamedTensorMap {
  const { inputChannels, dim, numLayers } = backbone;
  const taps = tf.transpose(parameters('backbone.embed.weight'), [2, 1, 0]); // (7, bands, C)
  const tensors: tf.NamedTensorMap = {
    embed: tf.reshape(taps, [1, TAPS, inputChannels, dim]),
    head: tf.transpose(parameters('head.out.weight')), // (C, nFft + 2)
  };
  for (let i = 0; i < numLayers; i++) {
    const own = under(parameters, `backbone.convnext.${i}`);
    const channels = tf.transpose(own('dwconv.weight'), [2, 0, 1]); // (7, C, 1)
    tensors[`${i}.taps`] = tf.reshape(channels, [1, TAPS, dim, 1]);
    // The product with GELU inside takes a tenth longer if it has to transpose.
    if (!isTaping() && canFuseGelu()) tensors[`${i}.expand`] = tf.transpose(own('pwconv1.weight')); // (C, intermediate)
    tensors[`${i}.weight`] = tf.mul(tf.transpose(own('pwconv2.weight')), own('gamma')); // (intermediate, C)
    tensors[`${i}.bias`] = tf.mul(own('pwconv2.bias'), own('gamma')); // (C)
  }
  return tensors;
}
