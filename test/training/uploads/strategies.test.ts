import { deepEqual, equal, ok } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import type { HubStrategy } from 'onpa';
import { inRepository } from '../../fixtures.js';
import { withHub } from '../../hub/running-hub.js';
import { ownCache } from '../../hub/surroundings.js';
import { inTemporaryFolder } from '../../hubert/models.js';
import { atStep, commitsOf, filesOf, hold, pushingTraining, titles } from './hub-training.js';

interface Commit {
  title: string;
  files: string[];
}

interface Pushes {
  /** While `train` runs, and by `push_to_hub` and `save_model` after it. */
  training: Commit[];
  after: Commit[];
}

const reference: { always: Record<HubStrategy, Pushes>; epochs: Pushes; slow: Pushes } = JSON.parse(
  readFileSync(inRepository('test', 'fixtures', 'hub-uploads.json'), 'utf8'),
);

/** Files of Python's Trainer, as they are called here: one has the optimiser, and what follows from steps and seed. */
function own({ title, files }: Commit): Commit {
  const names = files
    .filter((file) => !/(scheduler\.pt|rng_state\.pth)$/.test(file))
    .map((file) =>
      file.replace('optimizer.pt', 'optimizer.safetensors').replace('training_args.bin', 'training_args.json'),
    );
  return { title, files: names };
}

describe('A training with pushToHub', () => {
  ownCache();

  for (const [hubStrategy, { training }] of Object.entries(reference.always)) {
    it(`makes the commits of Transformers with hubStrategy '${hubStrategy}', and one of the trained model`, () =>
      withHub((hub) =>
        inTemporaryFolder(async (outputDir) => {
          const args = { hubStrategy: hubStrategy as HubStrategy, hubAlwaysPush: true };
          const trainer = await pushingTraining(outputDir, hub, args);
          let begun = 0;
          trainer.addCallback({ onPushBegin: () => void begun++ });
          await trainer.train();
          const commits = commitsOf(hub);
          // Five saves, and the end.
          equal(begun, hubStrategy === 'end' ? 1 : 6);
          equal(commits.pop()!.title, 'End of training');
          deepEqual(commits, training.map(own));
          ok(filesOf(hub).includes('README.md'));
          deepEqual(await readdir(outputDir), [
            'checkpoint-2',
            'checkpoint-4',
            'checkpoint-6',
            'checkpoint-8',
            'checkpoint-9',
          ]);
          trainer.model.dispose();
        }),
      ));
  }

  it('counts epochs in its commits where it saves after each', () =>
    withHub((hub) =>
      inTemporaryFolder(async (outputDir) => {
        const args = { hubStrategy: 'checkpoint', hubAlwaysPush: true, saveStrategy: 'epoch' } as const;
        const trainer = await pushingTraining(outputDir, hub, args);
        await trainer.train();
        deepEqual(titles(hub), [...reference.epochs.training.map(({ title }) => title), 'End of training']);
        trainer.model.dispose();
      }),
    ));

  it('leaves out saves while one is on its way, as Transformers does, and pushes the newest at the end', () =>
    withHub((hub) =>
      inTemporaryFolder(async (outputDir) => {
        const { release } = hold(hub);
        const args = { hubStrategy: 'checkpoint', saveTotalLimit: 1 } as const;
        const trainer = await pushingTraining(outputDir, hub, args, [atStep(9, release)]);
        let begun = 0;
        trainer.addCallback({ onPushBegin: () => void begun++ });
        await trainer.train();
        equal(begun, 3);
        const [first, last] = ['step 2', 'step 9'].map((step) =>
          reference.slow.training.map(({ title }) => title).filter((title) => title.includes(step)),
        );
        deepEqual(titles(hub), [...first, ...last, 'End of training']);
        deepEqual(await readdir(outputDir), ['checkpoint-9']);
        trainer.model.dispose();
      }),
    ));

  it('pushes each checkpoint as it was, though it has been removed meanwhile', () =>
    withHub((hub) =>
      inTemporaryFolder(async (outputDir) => {
        const { release } = hold(hub);
        const args = { hubStrategy: 'all_checkpoints', hubAlwaysPush: true, saveTotalLimit: 1 } as const;
        const trainer = await pushingTraining(outputDir, hub, args, [atStep(9, release)]);
        await trainer.train();
        const { refs, commits } = hub.find('model', 'owner/ft')!;
        const pushed = commits.get(refs.get('main')!)!;
        const steps = [2, 4, 6, 8, 9].map((step) => {
          const { bytes } = pushed.get(`checkpoint-${step}/trainer_state.json`)!;
          return JSON.parse(String(bytes)).global_step;
        });
        deepEqual(steps, [2, 4, 6, 8, 9]);
        deepEqual(await readdir(outputDir), ['checkpoint-9']);
        trainer.model.dispose();
      }),
    ));

  it('pushes to the branch of hubRevision, which it makes, and nothing to main', () =>
    withHub((hub) =>
      inTemporaryFolder(async (outputDir) => {
        const trainer = await pushingTraining(outputDir, hub, { hubRevision: 'first-try', saveStrategy: 'no' });
        await trainer.train();
        deepEqual(filesOf(hub), ['.gitattributes']);
        ok(filesOf(hub, 'first-try').includes('model.safetensors'));
        trainer.model.dispose();
      }),
    ));

  it('pushes TensorBoard’s log with the model, and names no folder of this machine', () =>
    withHub((hub) =>
      inTemporaryFolder(async (outputDir) => {
        const best = { evalStrategy: 'steps', evalSteps: 2, loadBestModelAtEnd: true } as const;
        const args = { ...best, hubStrategy: 'checkpoint', hubAlwaysPush: true, reportTo: 'tensorboard' } as const;
        const trainer = await pushingTraining(outputDir, hub, args);
        await trainer.train();
        ok(commitsOf(hub)[0].files.some((file) => /^runs\/.*tfevents/.test(file)));
        const { refs, commits } = hub.find('model', 'owner/ft')!;
        for (const [name, { bytes }] of commits.get(refs.get('main')!)!) ok(!bytes.includes(outputDir), name);
        trainer.model.dispose();
      }),
    ));

  it('pushes what saveModel writes, as Transformers does', () =>
    withHub((hub) =>
      inTemporaryFolder(async (outputDir) => {
        const trainer = await pushingTraining(outputDir, hub, { hubStrategy: 'end' });
        await trainer.saveModel(path.join(outputDir, 'model'));
        const { title } = reference.always.end.after[1];
        deepEqual(titles(hub), [title]);
        trainer.model.dispose();
      }),
    ));
});
