import { type Tracker, Trainer, type TrainingOptions } from 'onpa';
import { type HubServer, type Seen, TOKEN } from '../../hub/server.js';
import { LENGTHS, SHORT } from '../short-training.js';
import { accuracy, evalExamples, examples, extractor, RANDOM, tinyModel } from '../tiny.js';

/** Nine steps, saved after 2, 4, 6, 8 and 9, and pushed to a Hub on this machine. */

export const ID = 'owner/ft';

/** A trainer that pushes to this Hub, always with the same weights. */
export async function pushingTraining(
  outputDir: string,
  hub: HubServer,
  args: TrainingOptions = {},
  trackers: readonly Tracker[] = [],
): Promise<Trainer> {
  process.env.HF_ENDPOINT = hub.url;
  process.env.HF_TOKEN = TOKEN;
  const pushed: TrainingOptions = { pushToHub: true, hubModelId: ID };
  return new Trainer({
    model: await tinyModel(RANDOM),
    args: { ...SHORT, outputDir, evalStrategy: 'no', ...pushed, ...args },
    trainDataset: examples(LENGTHS, 0),
    evalDataset: evalExamples(),
    featureExtractor: extractor(),
    computeMetrics: accuracy,
    trackers,
  });
}

/** Does something after a step. */
export function atStep(step: number, act: () => void): Tracker {
  return {
    name: 'test',
    begin() {},
    log() {},
    step: ({ globalStep }) => void (globalStep === step && act()),
    end() {},
  };
}

/** The first lines of a repository's commits, in order, without that which made it. */
export const titles = (hub: HubServer): string[] =>
  hub
    .find('model', ID)!
    .history.slice(1)
    .map(({ title }) => title);

/** The paths of a branch's files, sorted. */
export function filesOf(hub: HubServer, revision = 'main'): string[] {
  const { refs, commits } = hub.find('model', ID)!;
  return [...commits.get(refs.get(revision)!)!.keys()].sort();
}

/** Whether a request asks for a commit. */
export const isCommit = ({ path }: Seen): boolean => path.includes('/commit/');

/** What each commit adds or changes. */
export function commitsOf({ seen }: HubServer): { title: string; files: string[] }[] {
  return seen.filter(isCommit).map(({ body }) => {
    const lines = String(body)
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const files = lines.flatMap(({ key, value }) => (key === 'header' ? [] : [value.path]));
    return { title: lines[0].value.summary, files: files.sort() };
  });
}

/** A commit that the server keeps waiting. */
export function hold(hub: HubServer): { release(): void } {
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  hub.instead(isCommit, () => held.then(() => false), 1);
  return { release };
}
