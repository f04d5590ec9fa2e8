import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { CheckpointError, HubError, type LogEntry, TrainingInterrupted, type TrainingOptions } from 'onpa';
import { parseHubCheckpoint } from 'onpa/dist/training/checkpoints/hub-checkpoint.js';
import { withHub } from '../../hub/running-hub.js';
import { type HubServer, sendBeginning } from '../../hub/server.js';
import { ownCache } from '../../hub/surroundings.js';
import { inTemporaryFolder } from '../../hubert/models.js';
import { quietly } from '../../hubert/warnings.js';
import { timeless } from '../short-training.js';
import { atStep, ID, pushingTraining } from './hub-training.js';

/** The best model is that of some evaluation in the middle. */
const BEST: TrainingOptions = {
  evalStrategy: 'steps',
  evalSteps: 2,
  loadBestModelAtEnd: true,
  hubStrategy: 'all_checkpoints',
  hubAlwaysPush: true,
};

/** The log and the last layer of a training that comes to its end. */
async function finished(outputDir: string, hub: HubServer, args: TrainingOptions, resumeFromCheckpoint?: string) {
  const trainer = await pushingTraining(outputDir, hub, args);
  await trainer.train({ resumeFromCheckpoint });
  const { logHistory, bestGlobalStep } = trainer.state;
  const weights = (await trainer.model.parameters.get('classifier.weight')!.data()) as Float32Array;
  trainer.model.dispose();
  return { log: timeless(logHistory) as LogEntry[], bestGlobalStep, weights };
}

/** Trains on this machine until after a step, and pushes what was saved. */
async function interrupted(outputDir: string, hub: HubServer, args: TrainingOptions, step: number): Promise<void> {
  const controller = new AbortController();
  const trainer = await pushingTraining(outputDir, hub, args, [atStep(step, () => controller.abort())]);
  await quietly(() => rejects(trainer.train({ signal: controller.signal }), TrainingInterrupted));
  trainer.model.dispose();
}

describe('A training that goes on from the Hub', () => {
  ownCache();

  for (const [title, where, args] of [
    ['the last checkpoint', ID, { hubStrategy: 'checkpoint', hubAlwaysPush: true }],
    ['the newest of all checkpoints, and the best model', `hf://${ID}`, BEST],
    ['one of its checkpoints', `hf://${ID}@main/checkpoint-4`, BEST],
    ['one of another branch', `${ID}@first-try`, { ...BEST, hubRevision: 'first-try' }],
  ] as [string, string, TrainingOptions][]) {
    it(`has, on another machine, the numbers of one that was never stopped: ${title}`, () =>
      withHub((hub) =>
        inTemporaryFolder(async (folder) => {
          const whole = await finished(path.join(folder, 'whole'), hub, { ...args, pushToHub: false });
          await interrupted(path.join(folder, 'first'), hub, args, 7);
          const second = path.join(folder, 'second');
          deepEqual(await finished(second, hub, args, where), whole);
          ok(!readdirSync(second).some((name) => name.startsWith('.')), 'left behind');
          ok(!/first/.test(readFileSync(path.join(second, 'checkpoint-9', 'trainer_state.json'), 'utf8')));
        }),
      ));
  }

  it('takes a folder first', () =>
    withHub((hub) =>
      inTemporaryFolder(async (folder) => {
        const before = process.cwd();
        process.chdir(folder);
        try {
          await mkdir(ID, { recursive: true });
          const trainer = await pushingTraining('out', hub, { pushToHub: false });
          await rejects(trainer.train({ resumeFromCheckpoint: ID }), CheckpointError);
          deepEqual(hub.seen, []);
          trainer.model.dispose();
        } finally {
          process.chdir(before);
        }
      }),
    ));

  it('is refused before its first step where there is nothing to go on from, and says why', () =>
    withHub((hub) =>
      inTemporaryFolder(async (outputDir) => {
        const state = '{"global_step": "../../elsewhere"}';
        hub.commit('owner/empty', { 'config.json': '{}' });
        hub.commit('owner/python', {
          'last-checkpoint/trainer_state.json': '{}',
          'last-checkpoint/optimizer.pt': 'a pickle',
        });
        hub.commit('owner/odd', {
          'last-checkpoint/trainer_state.json': state,
          'last-checkpoint/optimizer.safetensors': 'no tensors',
        });
        hub.commit(
          'owner/gated',
          { 'last-checkpoint/trainer_state.json': state, 'last-checkpoint/optimizer.safetensors': '' },
          { access: 'gated' },
        );
        const trainer = await pushingTraining(outputDir, hub, { pushToHub: false });
        delete process.env.HF_TOKEN;
        for (const [where, error, message] of [
          ['owner/nobody-has-it', HubError, /no model 'owner\/nobody-has-it', or it is private/],
          ['owner/gated', HubError, /gated: accept its conditions/],
          ['owner/empty', CheckpointError, /owner\/empty has no checkpoint to go on from; .*hubStrategy 'checkpoint'/],
          ['hf://owner/empty/checkpoint-5', CheckpointError, /owner\/empty has no 'checkpoint-5' to go on from/],
          ['owner/python', CheckpointError, /has no optimizer.safetensors/],
          ['owner/odd', CheckpointError, /is no state of a training/],
          ['owner/empty@v2', HubError, /There is no revision 'v2'/],
          ['hf://owner', CheckpointError, /give 'hf:\/\/owner\/name'/],
          ['hf://owner/empty/..', CheckpointError, /has no '\.\.'/],
        ] as const) {
          await rejects(trainer.train({ resumeFromCheckpoint: where }), (thrown: Error) => {
            match(thrown.message, message);
            return thrown instanceof error;
          });
        }
        equal(trainer.state.globalStep, 0);
        deepEqual(readdirSync(outputDir), []);
        trainer.model.dispose();
      }),
    ));

  it('leaves what the output folder has: it is refused where that is another checkpoint, or belongs to another training', () =>
    withHub((hub) =>
      inTemporaryFolder(async (folder) => {
        await interrupted(path.join(folder, 'first'), hub, BEST, 5);
        const { refs, commits } = hub.find('model', ID)!;
        const hasBest = (name: string) => commits.get(refs.get('main')!)!.has(`${name}/trainer_state.json`);
        ok(hasBest('checkpoint-4') && hasBest('checkpoint-5'));
        const refused = async (outputDir: string, args: TrainingOptions, message: RegExp) => {
          const trainer = await pushingTraining(outputDir, hub, { ...BEST, pushToHub: false, ...args });
          await rejects(trainer.train({ resumeFromCheckpoint: ID }), { name: 'CheckpointError', message });
          trainer.model.dispose();
        };
        const foreign = path.join(folder, 'foreign');
        await refused(foreign, { seed: 8 }, /^owner\/ft\/checkpoint-5 belongs to another training: seed is 8 here/);
        deepEqual(readdirSync(foreign), []);

        const second = path.join(folder, 'second');
        const own = await pushingTraining(second, hub, { ...BEST, pushToHub: false, maxSteps: 5, seed: 9 });
        await own.train();
        own.model.dispose();
        const contents = () =>
          ['checkpoint-4', 'checkpoint-5'].map((name) => readFileSync(path.join(second, name, 'model.safetensors')));
        const before = contents();
        await refused(second, {}, /checkpoint-5 is another checkpoint than owner\/ft\/checkpoint-5, and stays/);
        deepEqual(contents(), before);
        deepEqual(await finished(path.join(folder, 'first'), hub, { ...BEST, pushToHub: false }, ID), {
          ...(await finished(path.join(folder, 'whole'), hub, { ...BEST, pushToHub: false })),
        });
      }),
    ));

  it('takes nothing but JSON and safetensors, and no path of a checkpoint', () =>
    withHub((hub) =>
      inTemporaryFolder(async (folder) => {
        const args: TrainingOptions = { hubStrategy: 'checkpoint', hubAlwaysPush: true };
        await interrupted(path.join(folder, 'first'), hub, args, 5);
        const { refs, commits } = hub.find('model', ID)!;
        const state = String(commits.get(refs.get('main')!)!.get('last-checkpoint/trainer_state.json')!.bytes);
        hub.commit(ID, {
          'last-checkpoint/trainer_state.json': state.replace(
            '"best_model_checkpoint": null',
            '"best_model_checkpoint": "/etc"',
          ),
          'last-checkpoint/rng_state.pth': 'a pickle',
          'last-checkpoint/../../outside.json': '{}',
        });
        hub.seen.length = 0;
        const second = path.join(folder, 'second');
        await finished(second, hub, { ...args, pushToHub: false, saveTotalLimit: 1 }, ID);
        ok(!hub.seen.some(({ path }) => /rng_state|outside/.test(path)));
        ok(!existsSync(path.join(folder, 'outside.json')));
        deepEqual(readdirSync(second), ['checkpoint-9']);
        ok(!readFileSync(path.join(second, 'checkpoint-9', 'trainer_state.json'), 'utf8').includes('/etc'));
      }),
    ));

  it('stops while it downloads, and may be called again at once', () =>
    withHub((hub) =>
      inTemporaryFolder(async (folder) => {
        const args: TrainingOptions = { hubStrategy: 'checkpoint', hubAlwaysPush: true };
        await interrupted(path.join(folder, 'first'), hub, args, 5);
        const controller = new AbortController();
        hub.instead(
          ({ server, method }) => server === 'cdn' && method === 'GET',
          async (exchange) => {
            const etag = /content\/(\w+)/.exec(exchange.seen.path)![1];
            await sendBeginning(exchange, hub.objects.get(etag)!, 5000);
            controller.abort();
          },
          1,
        );
        const second = path.join(folder, 'second');
        const trainer = await pushingTraining(second, hub, { ...args, pushToHub: false });
        await rejects(trainer.train({ resumeFromCheckpoint: ID, signal: controller.signal }), (error: Error) => {
          match(error.message, /stopped while its checkpoint was downloaded from owner\/ft/);
          return error instanceof TrainingInterrupted;
        });
        deepEqual(readdirSync(second), []);
        await trainer.train({ resumeFromCheckpoint: ID });
        equal(trainer.state.globalStep, 9);
        trainer.model.dispose();
      }),
    ));
});

describe('parseHubCheckpoint', () => {
  for (const [text, found] of [
    ['owner/name', { id: 'owner/name', revision: 'main' }],
    ['owner/name@v1.0', { id: 'owner/name', revision: 'v1.0' }],
    ['owner/name@refs/pr/1', { id: 'owner/name', revision: 'refs/pr/1' }],
    ['hf://owner/name', { id: 'owner/name', revision: 'main', folder: undefined }],
    [
      'hf://owner/name@refs%2Fpr%2F1/last-checkpoint',
      { id: 'owner/name', revision: 'refs/pr/1', folder: 'last-checkpoint' },
    ],
    ['hf://owner/name/checkpoint-50/', { id: 'owner/name', revision: 'main', folder: 'checkpoint-50' }],
    ['hf://datasets/owner/name/folder', undefined],
    ['build/ft/checkpoint-50', undefined],
    ['/owner/name', undefined],
    ['./name', undefined],
    ['../name', undefined],
    ['owner\\name', undefined],
    ['name', undefined],
  ] as const) {
    it(`reads ${text} as ${found ? JSON.stringify(found) : 'no checkpoint of the Hub'}`, () => {
      deepEqual(parseHubCheckpoint(text), found);
    });
  }
});
