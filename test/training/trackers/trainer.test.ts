import { deepEqual, equal, match } from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { LogEntry, Reporter } from 'onpa';
import { SEARCH, searchingTrainer } from '../search/short-search.js';
import { randomTraining, timeless } from '../short-training.js';
import { scalarsIn } from './event-file.js';
import { heard, surroundings } from './runs.js';
import { API_KEY, WandbServer } from './wandb-server.js';

describe('A tracked training', () => {
  let server: WandbServer;
  let folder: string;
  let restore: () => void;

  beforeEach(async () => {
    server = new WandbServer();
    await server.start();
    folder = await mkdtemp(path.join(tmpdir(), 'onpa-tracked-'));
    restore = surroundings('WANDB_', { WANDB_API_KEY: API_KEY, WANDB_BASE_URL: server.url });
  });

  afterEach(async () => {
    restore();
    await server.stop();
    await rm(folder, { recursive: true });
  });

  async function train(reportTo: 'all' | Reporter[]): Promise<{ history: LogEntry[]; warnings: string[] }> {
    const args = { reportTo, saveStrategy: 'no', maxSteps: 4 } as const;
    const trainer = await randomTraining(path.join(folder, 'out'), { args });
    const { warnings } = await heard(() => trainer.train());
    return { history: trainer.state.logHistory, warnings };
  }

  it('is told step by step to TensorBoard and to Weights & Biases', async () => {
    const { history, warnings } = await train(['tensorboard', 'wandb']);
    deepEqual(warnings, []);
    const [run] = server.runs;
    deepEqual(
      run.history.map((row) => row['train/global_step']),
      history.map(({ step }) => step),
    );
    equal(run.exitCode, 0);
    const losses = history.filter(({ loss }) => loss !== undefined);
    deepEqual(
      run.history.filter((row) => 'train/loss' in row).map((row) => row['train/loss']),
      losses.map(({ loss }) => loss),
    );
    const [runs] = await readdir(path.join(folder, 'out', 'runs'));
    const drawn = scalarsIn(path.join(folder, 'out', 'runs', runs)).filter(({ tag }) => tag === 'train/loss');
    deepEqual(
      drawn.map(({ step, value }) => [step, value]),
      losses.map(({ step, loss }) => [step, Math.fround(loss)]),
    );
  });

  it('is told to Weights & Biases where an agent of it has started it', async () => {
    Object.assign(process.env, { WANDB_SWEEP_ID: 'x4k2p9aa', WANDB_RUN_ID: 'r8zm2k1q' });
    deepEqual((await train('all')).warnings, []);
    deepEqual(
      server.runs.map(({ id, sweep }) => [id, sweep]),
      [['r8zm2k1q', 'x4k2p9aa']],
    );
  });

  it('is shown in the group of the search that it is a trial of', async () => {
    const args = { reportTo: ['wandb'], saveStrategy: 'no', maxSteps: 1 } as const;
    const trainer = await searchingTrainer(path.join(folder, 'my-search'), { args });
    const { warnings } = await heard(() => trainer.hyperparameterSearch({ ...SEARCH, nTrials: 2 }));
    deepEqual(warnings, []);
    deepEqual(
      server.runs.map(({ displayName, groupName, exitCode }) => [displayName, groupName, exitCode]),
      [
        ['run-0', 'my-search', 0],
        ['run-1', 'my-search', 0],
      ],
    );
    trainer.model.dispose();
  });

  it('comes to the same losses where a tracker fails', async () => {
    server.instead('graphql', 401);
    const tracked = await train(['wandb']);
    equal(tracked.warnings.length, 1);
    match(tracked.warnings[0], /^Weights & Biases is left out, and training goes on: the server answered 401/);
    deepEqual(timeless(tracked.history), timeless((await train([])).history));
  });
});
