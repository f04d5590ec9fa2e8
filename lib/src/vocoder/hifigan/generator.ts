import { DerivedTensors } from '../../tensor/derived-tensors.js';
import { type ParameterLookup, under } from '../../tensor/functional.js';
import { tf } from '../../tensor/tensorflow.js';
import { channelsAfter, type SpeechT5HifiGanConfig, samplesPerFrame } from './config.js';
import { END_TAPS, parameterSpecs, type ResidualBlock, residualBlocks } from './parameters.js';

/** The slope below 0 before the last convolution, PyTorch's default; the configuration's is that of all others. */
const LAST_SLOPE = 0.01;
/** Mel frames that go through together, which bounds memory. */
const PIECE = 512;

/** The generator of HiFi-GAN (Kong, Kim and Bae 2020): mel frames are spread in time until each is its samples. */
export class HifiGanGenerator {
  readonly #config: SpeechT5HifiGanConfig;
  readonly #parameters: ParameterLookup;
  /** Kernels as TensorFlow's convolutions take them. */
  readonly #kernels: DerivedTensors;

  constructor(config: SpeechT5HifiGanConfig, parameters: ParameterLookup) {
    this.#config = config;
    this.#parameters = parameters;
    const names = [...parameterSpecs(config).keys()].filter((name) => name.endsWith('.weight'));
    this.#kernels = new DerivedTensors(
      () => names.map(parameters),
      () =>
        Object.fromEntries(
          // (out, in, K) → (1, K, in, out); a transposed convolution's (in, out, K) → (1, K, out, in)
          names.map((name) => [name, tf.expandDims(tf.transpose(parameters(name), [2, 1, 0]))]),
        ),
    );
  }

  /**
   * Mel frames (T, bands) → T · samplesPerFrame samples. Many go through in pieces, which see as much of their neighbours as
   * what they give depends on.
   */
  synthesise(mel: Float32Array, length: number): Float32Array {
    const hop = samplesPerFrame(this.#config);
    const bands = mel.length / length;
    const samples = new Float32Array(length * hop);
    const reach = this.#reach();
    for (let first = 0; first < length; first += PIECE) {
      const end = Math.min(first + PIECE, length);
      const [from, to] = [Math.max(first - reach, 0), Math.min(end + reach, length)];
      const sound = tf.tidy(() => {
        const frames = tf.tensor2d(mel.subarray(from * bands, to * bands), [to - from, bands]);
        return tf.slice(this.#forward(frames), [(first - from) * hop], [(end - first) * hop]);
      });
      samples.set(sound.dataSync(), first * hop);
      sound.dispose();
    }
    return samples;
  }

  dispose(): void {
    this.#kernels.dispose();
  }

  /** (T, bands) → (T · samplesPerFrame) */
  #forward(mel: tf.Tensor2D): tf.Tensor1D {
    const { normalizeBefore, upsampleRates, leakyReluSlope } = this.#config;
    const frames = normalizeBefore ? tf.div(tf.sub(mel, this.#parameters('mean')), this.#parameters('scale')) : mel;
    const image = tf.reshape(frames, [1, 1, ...mel.shape]) as tf.Tensor4D; // (1, 1, T, bands)
    let x = this.#convolve(image, 'conv_pre', 1); // (1, 1, T, C)
    for (const i of upsampleRates.keys()) {
      const y = tf.tidy(() => this.#stage(tf.leakyRelu(x, leakyReluSlope), i));
      x.dispose();
      x = y;
    }
    const sound = tf.tanh(this.#convolve(tf.leakyRelu(x, LAST_SLOPE), 'conv_post', 1)); // (1, 1, T · hop, 1)
    return tf.reshape(sound, [-1]) as tf.Tensor1D;
  }

  /** An upsampling and the mean of its residual blocks: (1, 1, T, 2 C) → (1, 1, T · rate, C). */
  #stage(x: tf.Tensor4D, i: number): tf.Tensor4D {
    const name = `upsampler.${i}`;
    const rate = this.#config.upsampleRates[i];
    const shape: [number, number, number, number] = [1, 1, x.shape[2] * rate, channelsAfter(this.#config, i)];
    const kernel = this.#kernels.get()[`${name}.weight`] as tf.Tensor4D;
    const spread = tf.add(tf.conv2dTranspose(x, kernel, shape, [1, rate], 'same'), this.#parameters(`${name}.bias`));
    const blocks = residualBlocks(this.#config, i);
    let sum: tf.Tensor | undefined;
    for (const block of blocks) {
      const y = this.#residual(spread as tf.Tensor4D, block);
      const next: tf.Tensor = sum ? tf.add(sum, y) : y;
      if (sum) tf.dispose([sum, y]);
      sum = next;
    }
    return tf.div(sum!, blocks.length);
  }

  /** (1, 1, T, C) → (1, 1, T, C) */
  #residual(input: tf.Tensor4D, { name, dilations }: ResidualBlock): tf.Tensor4D {
    const slope = this.#config.leakyReluSlope;
    let x = input;
    for (const [j, dilation] of dilations.entries()) {
      const y = tf.tidy(() => {
        const wide = this.#convolve(tf.leakyRelu(x, slope), `${name}.convs1.${j}`, dilation);
        return tf.add<tf.Tensor4D>(this.#convolve(tf.leakyRelu(wide, slope), `${name}.convs2.${j}`, 1), x);
      });
      if (x !== input) x.dispose();
      x = y;
    }
    return x;
  }

  /** (1, 1, T, in) → (1, 1, T, out), the taps `dilation` apart. */
  #convolve(x: tf.Tensor4D, name: string, dilation: number): tf.Tensor4D {
    const kernel = this.#kernels.get()[`${name}.weight`] as tf.Tensor4D;
    const bias = under(this.#parameters, name)('bias');
    return tf.add(tf.conv2d(x, kernel, 1, 'same', 'NHWC', [1, dilation]), bias);
  }

  /** Mel frames before and after its own that a sample depends on. */
  #reach(): number {
    const { upsampleRates, upsampleKernelSizes } = this.#config;
    const half = (END_TAPS - 1) / 2;
    let reach = half;
    for (const i of [...upsampleRates.keys()].reverse()) {
      const blocks = residualBlocks(this.#config, i).map(({ size, dilations }) =>
        dilations.reduce((sum, dilation) => sum + ((size - 1) / 2) * (dilation + 1), 0),
      );
      reach = Math.ceil((reach + Math.max(...blocks) + upsampleKernelSizes[i]) / upsampleRates[i]);
    }
    return reach + half;
  }
}
