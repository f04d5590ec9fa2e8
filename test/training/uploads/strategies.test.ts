import { deepEqual, ok } from 'node:assert/strict';

void [deepEqual, ok];

import { withHub } from '../../hub/running-hub.js';
import { ownCache } from '../../hub/surroundings.js';
import { inTemporaryFolder } from '../../hubert/models.js';
import { filesOf, pushingTraining, titles } from './hub-training.js';

describe('A training with pushToHub', () => {
  ownCache();

  it('pushes', () =>
    withHub((hub) =>
      inTemporaryFolder(async (outputDir) => {
        const trainer = await pushingTraining(outputDir, hub, { hubStrategy: 'checkpoint', hubAlwaysPush: true });
        await trainer.train();
        console.log(titles(hub), filesOf(hub), hub.seen.length);
        trainer.model.dispose();
      }),
    ));
});
