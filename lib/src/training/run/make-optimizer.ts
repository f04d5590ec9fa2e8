import type { tf } from '../../tensor/tensorflow.js';
import { parseOptimArgs } from '../arguments/optimizer-arguments.js';
import type { TrainingArguments } from '../arguments/training-arguments.js';
import { AdamW } from './adamw.js';
import type { Optimizer } from './optimizer.js';
import { SGD } from './sgd.js';

/** The optimiser that the arguments ask for. */
export function makeOptimizer(parameters: ReadonlyMap<string, tf.Variable>, args: TrainingArguments): Optimizer {
  if (args.optim !== 'sgd') return new AdamW(parameters, args);
  return new SGD(parameters, { ...parseOptimArgs(args.optimArgs), weightDecay: args.weightDecay });
}
