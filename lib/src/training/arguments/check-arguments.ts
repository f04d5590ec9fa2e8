import { ParameterError } from '../../errors.js';
import { isCommit, isRepositoryId, requireRevision } from '../../hub/names.js';
import { requireBfloat16 } from '../../tensor/bfloat16.js';
import { requireChoice, requireInteger, requireNumber, requirePositive } from '../../validation.js';
import { checkOptimizer } from './optimizer-arguments.js';
import { checkSchedule } from './scheduler-arguments.js';
import type { TrainingDefaults } from './training-defaults.js';

const STRATEGIES = ['no', 'steps', 'epoch'] as const;
const SAMPLING = ['random', 'sequential', 'group_by_length'] as const;
const HUB_STRATEGIES = ['end', 'every_save', 'checkpoint', 'all_checkpoints'] as const;
const REPORTERS = ['tensorboard', 'wandb'] as const;
const SWITCHES = [
  'loggingFirstStep',
  'loadBestModelAtEnd',
  'dataloaderDropLast',
  'disableTqdm',
  'pushToHub',
  'hubAlwaysPush',
  'restoreCallbackStatesFromCheckpoint',
  'freezeFeatureEncoder',
  'bf16',
] as const;
const OPTIONAL_SWITCHES = [
  'activationCheckpointing',
  'gradientCheckpointing',
  'hubPrivateRepo',
  'greaterIsBetter',
] as const;
/** Beyond it, TensorFlow and PyTorch take only a part of a seed. */
const LARGEST_SEED = 2 ** 31 - 1;

/** @throws ParameterError that names the first argument out of its range, or what contradicts what */
export function checkArguments(args: TrainingDefaults): void {
  if (typeof args.outputDir !== 'string' || args.outputDir === '') {
    throw new ParameterError('outputDir is empty; give the folder for the checkpoints');
  }
  requirePositive('numTrainEpochs', args.numTrainEpochs);
  if (args.maxSteps !== -1) requireInteger('maxSteps', args.maxSteps);
  for (const name of ['perDeviceTrainBatchSize', 'perDeviceEvalBatchSize', 'gradientAccumulationSteps'] as const) {
    requireInteger(name, args[name]);
  }
  checkOptimiser(args);
  checkIntervals(args);
  for (const name of ['seed', 'dataSeed'] as const) {
    if (args[name] === undefined) continue;
    requireInteger(name, args[name], 0);
    requireNumber(name, args[name], 0, LARGEST_SEED);
  }
  requireChoice('trainSamplingStrategy', args.trainSamplingStrategy, SAMPLING);
  if (typeof args.lengthColumnName !== 'string' || args.lengthColumnName === '') {
    throw new ParameterError('lengthColumnName is empty; give the name of a column of lengths');
  }
  for (const name of SWITCHES) requireChoice(name, args[name], [true, false]);
  for (const name of OPTIONAL_SWITCHES) {
    if (args[name] !== undefined) requireChoice(name, args[name], [true, false]);
  }
  const { activationCheckpointing, gradientCheckpointing } = args;
  if ((activationCheckpointing ?? gradientCheckpointing) !== (gradientCheckpointing ?? activationCheckpointing)) {
    throw new ParameterError(
      `activationCheckpointing is ${activationCheckpointing} and gradientCheckpointing, its older name, ` +
        `${gradientCheckpointing}; give one of them`,
    );
  }
  if (args.hubModelId !== undefined && !isRepositoryId(args.hubModelId)) {
    throw new ParameterError(
      `hubModelId is '${args.hubModelId}'; give 'owner/name', or 'name' for a repository of yours`,
    );
  }
  requireChoice('hubStrategy', args.hubStrategy, HUB_STRATEGIES);
  if (args.hubRevision !== undefined) checkHubRevision(args.hubRevision);
  if (args.fp16 !== false) {
    throw new ParameterError(
      `fp16 is ${args.fp16}; onpa computes in float32 or bfloat16: leave fp16 out, or give bf16`,
    );
  }
  if (args.bf16) requireBfloat16('bf16', args.bf16);
  const reporters = Array.isArray(args.reportTo) ? REPORTERS : ['all', 'none', ...REPORTERS];
  for (const reporter of [args.reportTo].flat()) requireChoice<string>('reportTo', reporter, reporters);
  requireNumber('mixupAlpha', args.mixupAlpha, 0);
  requireNumber('mixupProb', args.mixupProb, 0, 1);
  requireNumber('featureCacheBytes', args.featureCacheBytes, 0);
  requireNumber('featureCacheDiskBytes', args.featureCacheDiskBytes, 0);
}

function checkHubRevision(revision: string): void {
  if (typeof revision !== 'string' || isCommit(revision)) {
    throw new ParameterError(`hubRevision is ${revision}; give the name of a branch`);
  }
  requireRevision(revision);
}

function checkOptimiser(args: TrainingDefaults): void {
  for (const name of ['learningRate', 'weightDecay', 'adamEpsilon', 'maxGradNorm', 'warmupSteps'] as const) {
    requireNumber(name, args[name], 0);
  }
  for (const name of ['adamBeta1', 'adamBeta2', 'labelSmoothingFactor'] as const) {
    if (!(args[name] >= 0 && args[name] < 1)) {
      throw new ParameterError(`${name} is ${args[name]}; give a number from 0 to below 1`);
    }
  }
  checkOptimizer(args);
  checkSchedule(args);
  if (args.warmupSteps > 1) requireInteger('warmupSteps', args.warmupSteps);
  requireNumber('warmupRatio', args.warmupRatio, 0, 1);
}

function checkIntervals(args: TrainingDefaults): void {
  requireChoice('loggingStrategy', args.loggingStrategy, STRATEGIES);
  requireChoice('evalStrategy', args.evalStrategy, STRATEGIES);
  requireChoice('saveStrategy', args.saveStrategy, [...STRATEGIES, 'best']);
  for (const [name, steps] of [
    ['loggingSteps', args.loggingSteps],
    ['saveSteps', args.saveSteps],
    ['evalSteps', args.evalSteps || args.loggingSteps],
  ] as const) {
    requirePositive(name, steps);
    if (steps > 1) requireInteger(name, steps);
  }
  if (args.saveTotalLimit !== undefined) requireInteger('saveTotalLimit', args.saveTotalLimit);
  if (args.saveStrategy === 'best' && args.evalStrategy === 'no') {
    throw new ParameterError("saveStrategy 'best' needs evaluations to compare: give evalStrategy 'epoch' or 'steps'");
  }
  if (args.loadBestModelAtEnd) checkBestModel(args);
}

/** The best model can be loaded only if a checkpoint was saved wherever it was evaluated. */
function checkBestModel(args: TrainingDefaults): void {
  if (args.saveStrategy === 'best') return;
  if (args.evalStrategy === 'no' || args.evalStrategy !== args.saveStrategy) {
    throw new ParameterError(
      `loadBestModelAtEnd needs evaluations and checkpoints at the same steps, but evalStrategy is '${args.evalStrategy}' ` +
        `and saveStrategy '${args.saveStrategy}'; give 'epoch' or 'steps' for both`,
    );
  }
  const evalSteps = args.evalSteps || args.loggingSteps;
  if (args.evalStrategy !== 'steps') return;
  const ratio = args.saveSteps / evalSteps;
  const mixed = args.saveSteps < 1 !== evalSteps < 1;
  if (mixed || Math.abs(ratio - Math.round(ratio)) > 1e-9) {
    throw new ParameterError(
      `loadBestModelAtEnd needs an evaluation at each checkpoint, but saveSteps is ${args.saveSteps} and evalSteps ` +
        `${evalSteps}; give a multiple of evalSteps as saveSteps`,
    );
  }
}
