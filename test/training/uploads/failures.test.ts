import { deepEqual, doesNotMatch, equal, match, ok, rejects } from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { HubError, TrainingInterrupted, tf } from 'onpa';
import { patience } from 'onpa/dist/hub/retry.js';
import { startHub, withHub } from '../../hub/running-hub.js';
import { OTHER_TOKEN, refuse, TOKEN } from '../../hub/server.js';
import { ownCache } from '../../hub/surroundings.js';
import { inTemporaryFolder } from '../../hubert/models.js';
import { withWarnings } from '../../hubert/warnings.js';
import { settledTensors } from '../../settled-tensors.js';
import { timeless } from '../short-training.js';
import { atStep, hold, ID, isCommit, pushingTraining, titles } from './hub-training.js';

describe('A training whose pushes fail', () => {
  ownCache();
  beforeEach(() => {
    patience.firstWait = 1;
  });

  it('is refused before its first step without a token that may write there', () =>
    withHub((hub) =>
      inTemporaryFolder(async (outputDir) => {
        hub.commit('somebody/private', { 'README.md': 'mine' }, { access: 'private' });
        hub.commit('somebody/public', { 'README.md': 'mine' });
        const refused = async (env: NodeJS.ProcessEnv, hubModelId: string, message: RegExp) => {
          let steps = 0;
          const trainer = await pushingTraining(outputDir, hub, { hubModelId }, [atStep(1, () => steps++)]);
          Object.assign(process.env, env);
          await rejects(trainer.train(), (error: Error) => {
            match(error.message, message);
            doesNotMatch(error.message, /hf_/);
            return error instanceof HubError;
          });
          equal(steps, 0);
          trainer.model.dispose();
        };
        await refused({ HF_TOKEN: '' }, ID, /no access token/);
        await refused({ HF_TOKEN: 'hf_unknown' }, ID, /not valid/);
        await refused({ HF_TOKEN: OTHER_TOKEN }, ID, /may not write to owner\/ft/);
        await refused({ HF_TOKEN: OTHER_TOKEN }, 'somebody/public', /may not write to somebody\/public/);
        await refused({ HF_TOKEN: OTHER_TOKEN }, 'somebody/private', /may not write to somebody\/private/);
        await refused({ HF_HUB_OFFLINE: '1' }, ID, /forbids to push/);
        delete process.env.HF_HUB_OFFLINE;
        deepEqual(await readdir(outputDir), []);
      }),
    ));

  it('goes on with the same numbers, says once why, and pushes the next save', () =>
    withHub((hub) =>
      inTemporaryFolder(async (folder) => {
        const plain = await pushingTraining(path.join(folder, 'plain'), hub, { pushToHub: false });
        await plain.train();
        let refusals = 0;
        // Each push asks three times where the server has trouble, and once where it says no for good.
        hub.instead(
          (seen) => isCommit(seen) && refusals < 2,
          (exchange) => {
            refusals++;
            refuse(exchange, 403, undefined, `the quota of ${TOKEN} is used up`);
          },
        );
        const trainer = await pushingTraining(path.join(folder, 'pushed'), hub, { hubAlwaysPush: true });
        const { warnings } = await withWarnings(() => trainer.train());
        equal(warnings.length, 1);
        match(warnings[0], /'Training in progress, step 2' was not pushed.*403.*quota/);
        doesNotMatch(warnings[0], new RegExp(TOKEN));
        deepEqual(titles(hub), [...[6, 8, 9].map((step) => `Training in progress, step ${step}`), 'End of training']);
        deepEqual(timeless(trainer.state.logHistory), timeless(plain.state.logHistory));
        for (const { model } of [plain, trainer]) model.dispose();
      }),
    ));

  it('asks again where the server has trouble, in the background too', () =>
    withHub((hub) =>
      inTemporaryFolder(async (outputDir) => {
        hub.instead(
          ({ path }) => path.includes('/preupload/'),
          (exchange) => refuse(exchange, 500),
          2,
        );
        const trainer = await pushingTraining(outputDir, hub, { hubAlwaysPush: true });
        const { warnings } = await withWarnings(() => trainer.train());
        deepEqual([warnings, titles(hub).length], [[], 6]);
        trainer.model.dispose();
      }),
    ));

  it('comes to its end without the server, and says what to call', () =>
    inTemporaryFolder(async (outputDir) => {
      const hub = await startHub();
      const trainer = await pushingTraining(outputDir, hub, { hubStrategy: 'checkpoint' });
      hub.instead(
        ({ path }) => path.includes('/preupload/'),
        () => void hub.stop(),
        1,
      );
      const { warnings } = await withWarnings(() => trainer.train());
      equal(trainer.state.globalStep, 9);
      match(warnings.at(-1)!, /The trained model was not pushed; call trainer\.pushToHub\(\) for that: .*127\.0\.0\.1/);
      ok(warnings.length <= 3, warnings.join('\n'));
      equal((await readdir(outputDir)).filter((name) => name.startsWith('.')).length, 0);
      trainer.model.dispose();
    }));

  it('ends soon when it is stopped though a push hangs, and leaves nothing behind', () =>
    withHub((hub) =>
      inTemporaryFolder(async (outputDir) => {
        hold(hub);
        const controller = new AbortController();
        const args = { hubStrategy: 'checkpoint', hubAlwaysPush: true } as const;
        const trainer = await pushingTraining(outputDir, hub, args, [atStep(5, () => controller.abort())]);
        const tensors = await settledTensors();
        const { warnings } = await withWarnings(() =>
          rejects(trainer.train({ signal: controller.signal }), TrainingInterrupted),
        );
        deepEqual(warnings, [
          "'Training in progress, step 5' was not pushed, as training ended; what is saved next is",
        ]);
        deepEqual(await readdir(outputDir), ['checkpoint-2', 'checkpoint-4', 'checkpoint-5']);
        deepEqual(titles(hub), []);
        equal(tf.memory().numTensors, tensors);
        trainer.model.dispose();
      }),
    ));

  it('lets a process end at Ctrl+C though a push hangs', () =>
    withHub((hub) =>
      inTemporaryFolder(async (outputDir) => {
        hold(hub);
        const args = { pushToHub: true, hubModelId: ID, numTrainEpochs: 30 };
        const child = spawn(
          process.execPath,
          [path.join(__dirname, '..', 'train-process.js'), JSON.stringify({ outputDir, tell: true, args })],
          { stdio: ['ignore', 'pipe', 'ignore'], env: { ...process.env, HF_ENDPOINT: hub.url, HF_TOKEN: TOKEN } },
        );
        let output = '';
        child.stdout.setEncoding('utf8').on('data', (text: string) => {
          output += text;
          if (!child.killed && /step 4\n/.test(output)) child.kill('SIGINT');
        });
        const [code, signal] = await new Promise<unknown[]>((resolve) =>
          child.on('close', (...ended) => resolve(ended)),
        );
        deepEqual([code, signal], [0, null]);
        match(output, /TrainingInterrupted: Training was stopped after step/);
        deepEqual(titles(hub), []);
      }),
    ));
});
