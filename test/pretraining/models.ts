import { HubertForPreTraining, type PretrainingInput } from 'onpa';
import { type Fixture, fixture } from '../fixtures.js';
import type { Gradients } from '../hubert/gradients.js';
import { type CheckpointPlan, forward, inputOf, inTemporaryFolder, writeCheckpoint } from '../hubert/models.js';

/** What losses.safetensors knows of a model. */
export interface PretrainingCase extends CheckpointPlan, Gradients {
  run: string;
  /** Of the masks. */
  seed: number;
  /** How many guesses are right, of how many, for each set of labels. */
  right: Record<'masked' | 'unmasked', [number, number][]>;
}

export const reference: Fixture<PretrainingCase> = fixture<PretrainingCase>('pretraining/losses');

/** The model of a case, with seeded weights. */
export function modelOf({ config, tensors }: CheckpointPlan): Promise<HubertForPreTraining> {
  return inTemporaryFolder(async (folder) => {
    await writeCheckpoint(folder, { config, tensors });
    return HubertForPreTraining.fromPretrained(folder);
  });
}

/** The input of a case, with its labels: (sets, rows, labels) in the fixture. */
export function labelledInput(title: string): PretrainingInput {
  const { config, run } = reference.cases[title];
  const { num_classes: classes } = config.pretraining as { num_classes: number[] };
  const sets = classes.map((_, i) => reference.tensor(`${title}/labels ${i}`, 'I32'));
  const [rows, count] = sets[0].shape;
  const frameLabels = Array.from({ length: rows }, (_, row) =>
    sets.map(({ data }) => data.slice(row * count, (row + 1) * count)),
  );
  return { ...inputOf(forward.cases.group.runs[run]), frameLabels };
}

/** The masks of a case. */
export function masksOf(title: string): boolean[][] {
  const { data, shape } = reference.tensor(`${title}/mask`, 'I16');
  return Array.from({ length: shape[0] }, (_, row) =>
    Array.from(data.slice(row * shape[1], (row + 1) * shape[1]), Boolean),
  );
}
