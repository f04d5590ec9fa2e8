import type { Trainer, TrainingOptions } from 'onpa';
import type { Seen } from '../../hub/server.js';
import { type HubServer, TOKEN } from '../../hub/server.js';
import { randomTraining } from '../short-training.js';

/** Nine steps, saved after 2, 4, 6, 8 and 9, which push to a Hub. */

export const ID = 'owner/ft';

/** A trainer that pushes to the Hub of `HF_ENDPOINT`. */
export function pushingTraining(outputDir: string, hub: HubServer, args: TrainingOptions = {}): Promise<Trainer> {
  process.env.HF_ENDPOINT = hub.url;
  process.env.HF_TOKEN = TOKEN;
  return randomTraining(outputDir, { args: { evalStrategy: 'no', pushToHub: true, hubModelId: ID, ...args } });
}

/** The first lines of a repository's commits, in order, without that which made it. */
export const titles = (hub: HubServer, id: string = ID): string[] =>
  hub
    .find('model', id)!
    .history.slice(1)
    .map(({ title }) => title);

/** The paths of a branch's files, sorted. */
export function filesOf(hub: HubServer, id: string = ID, revision: string = 'main'): string[] {
  const { refs, commits } = hub.find('model', id)!;
  return [...commits.get(refs.get(revision)!)!.keys()].sort();
}

export const isCommit = ({ path }: Seen): boolean => path.includes('/commit/');
