import { ParameterError } from '../../errors.js';
import { requireChoice, requireNumber } from '../../validation.js';

/** AdamW, also under PyTorch's names, or stochastic gradient descent. */
export type OptimizerName = 'adamw_torch' | 'adamw_torch_fused' | 'adamw' | 'sgd';

const OPTIMIZERS: readonly OptimizerName[] = ['adamw_torch', 'adamw_torch_fused', 'adamw', 'sgd'];

/** What `sgd` may be told besides learning rate and weight decay. */
export interface OptimArgs {
  /** What is kept of each step for the next one, in [0, 1); default 0. */
  readonly momentum?: number;
  /** The share of each gradient that the momentum leaves out; default 0. */
  readonly dampening?: number;
  /** Look ahead along the momentum (Nesterov); default false. */
  readonly nesterov?: boolean;
}

/** What of the training arguments an optimiser is chosen by. */
interface OptimizerChoice {
  readonly optim: OptimizerName;
  readonly optimArgs?: string | OptimArgs;
}

/**
 * The arguments of `sgd`, complete.
 *
 * @param optimArgs - as an object, or as Transformers takes them: 'momentum=0.9,nesterov=true'
 * @throws ParameterError for what `sgd` does not take
 */
export function parseOptimArgs(optimArgs: string | OptimArgs = {}): Required<OptimArgs> {
  const entries = typeof optimArgs === 'string' ? pairs(optimArgs) : Object.entries(optimArgs);
  const found = { momentum: 0, dampening: 0, nesterov: false };
  for (const [key, value] of entries) {
    if (value === undefined) continue;
    if (key === 'momentum' || key === 'dampening') found[key] = Number(value);
    else if (key === 'nesterov') found.nesterov = switchOf(value);
    else if (key === 'weight_decay' || key === 'weightDecay') {
      throw new ParameterError(`optimArgs has ${key}, which Transformers passes over; give the argument weightDecay`);
    } else throw new ParameterError(`optimArgs has ${key}; sgd takes momentum, dampening and nesterov`);
  }
  requireNumber('optimArgs.momentum', found.momentum, 0);
  requireNumber('optimArgs.dampening', found.dampening);
  if (found.nesterov && (found.momentum === 0 || found.dampening !== 0)) {
    throw new ParameterError('optimArgs has nesterov, which needs a momentum above 0 and no dampening');
  }
  return found;
}

/** Arguments as Transformers writes them: the keys that are given. */
export function optimArgsText(optimArgs: string | OptimArgs | undefined): string | undefined {
  if (optimArgs === undefined) return undefined;
  if (typeof optimArgs === 'string') return optimArgs.replaceAll(' ', '') || undefined;
  const given = Object.entries(optimArgs).filter(([, value]) => value !== undefined);
  return given.map(([key, value]) => `${key}=${value}`).join(',') || undefined;
}

/** @throws ParameterError for an optimiser that there is not, and for what it does not take */
export function checkOptimizer({ optim, optimArgs }: OptimizerChoice): void {
  requireChoice('optim', optim, OPTIMIZERS);
  if (optim === 'sgd') parseOptimArgs(optimArgs);
  else if (optimArgsText(optimArgs) !== undefined) {
    throw new ParameterError(
      `optimArgs is given, but ${optim} takes none: it has adamBeta1, adamBeta2 and adamEpsilon`,
    );
  }
}

function switchOf(value: unknown): boolean {
  const word = String(value).toLowerCase();
  if (['true', '1', 'yes'].includes(word)) return true;
  if (['false', '0', 'no'].includes(word)) return false;
  throw new ParameterError(`optimArgs.nesterov is ${value}; give true or false`);
}

function pairs(text: string): [string, string][] {
  const plain = text.replaceAll(' ', '');
  if (plain === '') return [];
  return plain.split(',').map((pair) => {
    const [key, value, ...more] = pair.split('=');
    if (key && value && more.length === 0) return [key, value];
    throw new ParameterError(`optimArgs has '${pair}'; give pairs such as 'momentum=0.9,nesterov=true'`);
  });
}
