import { tf } from './tensorflow.js';

/** Whether a gradient is being recorded, so that nothing may be freed or computed around TensorFlow's tape. */
export function isTaping(): boolean {
  const { gradientDepth, kernelDepth } = tf.engine().state;
  return gradientDepth > 0 && kernelDepth === 0;
}

/** Computes what no gradient flows back from. */
export function withoutGradient<T extends tf.Tensor>(compute: () => T): T {
  return differentiable(
    [],
    () => ({ value: compute(), kept: [] }),
    () => [],
  );
}

/** The tensor itself, of which only so much of the gradient flows back; nothing for a factor of 0. fairseq's `GradMultiply`. */
export function scaledGradient<T extends tf.Tensor>(x: T, factor: number): T {
  if (factor === 1) return x;
  if (factor === 0) return withoutGradient(() => tf.clone(x));
  return differentiable(
    [x],
    () => ({ value: tf.clone(x), kept: [] }),
    (dy) => [tf.mul(dy, factor)],
  );
}

/**
 * A computation with its own gradient: where TensorFlow.js would keep a tensor for each of its operations, this keeps
 * what it says, and that until it is used. Neither function is recorded, so that both may use any operation.
 *
 * @param inputs - what gradients are wanted of
 * @param forward - gives the value, and what the gradient needs
 * @param backward - from the gradient by the value to those by the inputs, in their order
 */
export function differentiable<T extends tf.Tensor>(
  inputs: tf.Tensor[],
  forward: () => { value: T; kept: tf.Tensor[] },
  backward: (gradient: T, kept: tf.Tensor[]) => tf.Tensor[],
): T {
  return tf.customGrad((...given) => {
    const keep = given.pop() as unknown as (tensors: tf.Tensor[]) => void;
    const { value, kept } = forward();
    keep(kept);
    const gradFunc = (gradient: tf.Tensor, saved: tf.Tensor[]) => {
      const gradients = tf.tidy(() => backward(gradient as T, saved));
      // TensorFlow.js would have them until the whole gradient is there.
      tf.dispose(saved);
      return gradients;
    };
    return { value, gradFunc };
  })(...inputs) as T;
}

/** A step of a computation, as TensorFlow.js records it. */
interface TapeNode {
  inputs: tf.NamedTensorMap;
  saved: tf.Tensor[];
  /** From the gradients by what the step gave, null where it has none, to those by what went in. */
  gradient?: (gradients: (tf.Tensor | null)[]) => Record<string, () => tf.Tensor>;
}

/**
 * Has the gradient of what is recorded so far free each tensor that it needs no more: gradients that have gone through a
 * step, and what the step has saved. TensorFlow.js would have them all until the whole gradient is there. For the end of a
 * function that is given to `tf.variableGrads`.
 */
export function freeOnTheWay(): void {
  let used: tf.Tensor[] = [];
  /** What has a gradient already, so that another one is added to it. */
  const reached = new Set<number>();
  for (const node of tf.engine().state.activeTape as TapeNode[]) {
    const { gradient, inputs } = node;
    if (!gradient) continue;
    node.gradient = (gradients) => {
      // By now nothing asks for the inputs' gradients of the step before any more.
      tf.dispose(used);
      used = [...gradients.filter((one) => one !== null), ...node.saved];
      const given = new Set(gradients);
      const own = (name: string, found: tf.Tensor) => {
        // A tensor of its own for each input, as each is freed by itself.
        const one = given.has(found) ? tf.clone(found) : found;
        given.add(one);
        const { id } = inputs[name];
        if (reached.has(id)) used.push(one);
        reached.add(id);
        return one;
      };
      const inward = Object.entries(gradient(gradients));
      return Object.fromEntries(inward.map(([name, compute]) => [name, () => own(name, compute())]));
    };
  }
}

/** A computation that is done twice: in the forward pass, and once more where its gradient is asked for. */
interface Recomputed<T extends tf.Tensor> {
  forward(x: T, others: tf.Tensor[]): T;
  /** The same from the same numbers, random ones included. */
  again(x: T, others: tf.Tensor[]): T;
}

/**
 * A computation of which a gradient keeps only what goes in: it is done again, with a tape of its own, where the gradient
 * is asked for (Chen et al. 2016). Less memory, more time; `torch.utils.checkpoint`.
 *
 * @param parameters - tensors that the computation uses, whose gradients are wanted too
 * @param others - tensors that it uses without a gradient, which may be freed before
 */
export function checkpointed<T extends tf.Tensor>(
  x: T,
  parameters: tf.Tensor[],
  others: tf.Tensor[],
  { forward, again }: Recomputed<T>,
): T {
  return differentiable(
    [x, ...parameters],
    () => ({ value: tf.tidy(() => forward(x, others)), kept: [x, ...others] }),
    (dy, [kept, ...rest]) =>
      onTapeOfItsOwn(() => {
        const recorded = (input: tf.Tensor) => {
          const value = again(input as T, rest);
          freeOnTheWay();
          return value;
        };
        return tf.grads(recorded)([kept, ...parameters], tf.clone(dy));
      }),
  );
}

/** TensorFlow.js forgets the tape that it goes back on when another one begins. */
function onTapeOfItsOwn<T>(work: () => T): T {
  const { state } = tf.engine();
  const { activeTape } = state;
  try {
    return work();
  } finally {
    state.activeTape = activeTape;
  }
}

/**
 * The sum of two sets of gradients over the union of their names: what only one set has, for instance a layer that layer
 * drop left out of the other, stays as it is. Takes the tensors of both.
 */
export function addGradients(a: tf.NamedTensorMap, b: tf.NamedTensorMap): tf.NamedTensorMap {
  const sum = { ...a };
  for (const [name, tensor] of Object.entries(b)) {
    const before = sum[name];
    sum[name] = before ? tf.add(before, tensor) : tensor;
    if (before) tf.dispose([before, tensor]);
  }
  return sum;
}
