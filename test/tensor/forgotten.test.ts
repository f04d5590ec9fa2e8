import { equal, ok } from 'node:assert/strict';
import { Trainer, tf } from 'onpa';
import { collectGarbage } from '../collect-garbage.js';
import { classifierOf, forward, inputOf } from '../hubert/models.js';

const { group } = forward.cases;

/** A model that has run, in a Trainer that nobody keeps either; what it held. */
async function madeAndForgotten(): Promise<tf.Variable[]> {
  const model = await classifierOf(group);
  tf.dispose(model.forward(inputOf(group.runs.single)));
  new Trainer({ model, args: { outputDir: 'build/never-written' } });
  return [...model.parameters.values()];
}

describe('A model that nobody can reach any more', () => {
  it('is freed with all its tensors, its Trainer too', async () => {
    const before = tf.memory().numTensors;
    const variables = await madeAndForgotten();
    ok(tf.memory().numTensors >= before + variables.length);
    // The former may be freed while this one is made.
    variables.push(...(await madeAndForgotten()));
    await collectGarbage(100, () => tf.memory().numTensors <= before);
    equal(
      variables.every(({ isDisposed }) => isDisposed),
      true,
    );
    ok(tf.memory().numTensors <= before, `${tf.memory().numTensors - before} tensors stay`);
  });

  it('keeps its parameters while somebody has their map', async () => {
    const { parameters } = await classifierOf(group);
    const others = await madeAndForgotten();
    await collectGarbage(100, () => others.every(({ isDisposed }) => isDisposed));
    const disposed = () => [...parameters.values()].filter(({ isDisposed }) => isDisposed).length;
    equal(disposed(), 0);
    tf.dispose([...parameters.values()]);
  });

  it('is looked for without being asked when another one is made', async () => {
    const former = await madeAndForgotten();
    const model = await classifierOf(group);
    await new Promise<void>((resolve) => {
      const looking = setInterval(() => {
        if (!former.every(({ isDisposed }) => isDisposed)) return;
        clearInterval(looking);
        resolve();
      }, 50);
    });
    model.dispose();
  });
});
