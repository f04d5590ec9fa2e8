import { guarded } from 'onpa/dist/training/trackers/guarded.js';
import { wandb } from 'onpa/dist/training/trackers/wandb.js';
import { ENTRIES, heard, runInfo } from './runs.js';

// A process that tells Weights & Biases of a whole training, and prints its warnings as JSON.

async function main(): Promise<void> {
  const run = await runInfo();
  const { warnings } = await heard(async () => {
    const tracker = guarded(wandb({ retryDelays: [], timeout: 600_000, patience: 600_000 }), { patience: 600_000 });
    tracker.begin(run);
    for (const entry of ENTRIES) tracker.log(entry);
    await tracker.end({ status: 'finished', summary: {} });
  });
  console.log(JSON.stringify(warnings));
}

void main();
