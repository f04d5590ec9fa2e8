/** What the formula needs of a HuBERT's config.json. */
export interface HubertDimensions {
  hidden_size: number;
  num_hidden_layers: number;
  intermediate_size: number;
  conv_dim: number[];
  conv_kernel: number[];
  conv_stride: number[];
  num_conv_pos_embeddings: number;
  num_conv_pos_embedding_groups: number;
  classifier_proj_size: number;
  id2label: Record<string, string>;
}

/**
 * Floating-point operations of the matrix products and convolutions in one row's forward pass: two for each
 * multiplication with its addition. Norms, activations and softmax are not in it.
 */
export function forwardFlops(config: HubertDimensions, samples: number): number {
  const width = config.hidden_size;
  let products = 0;
  let frames = samples;
  let channels = 1;
  for (const [i, outputs] of config.conv_dim.entries()) {
    frames = Math.floor((frames - config.conv_kernel[i]) / config.conv_stride[i]) + 1;
    products += frames * config.conv_kernel[i] * channels * outputs;
    channels = outputs;
  }
  products += frames * channels * width; // projection
  // Each group of the positional convolution sees its own share of the channels.
  products += (frames * config.num_conv_pos_embeddings * width * width) / config.num_conv_pos_embedding_groups;
  const attention = 4 * frames * width * width + 2 * frames * frames * width;
  const feedForward = 2 * frames * width * config.intermediate_size;
  products += config.num_hidden_layers * (attention + feedForward);
  const head = config.classifier_proj_size * (frames * width + Object.keys(config.id2label).length);
  return 2 * (products + head);
}
