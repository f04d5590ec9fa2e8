import path from 'node:path';
import { isFolder } from '../../files.js';
import type { PushTarget } from '../../hub/push/push-target.js';
import { uploadBar } from '../../hub/push/upload-bar.js';
import type { Interruption } from '../../interruption.js';
import type { TrainingArguments } from '../arguments/training-arguments.js';
import { LAST_CHECKPOINT } from '../checkpoints/checkpoint-folder.js';
import type { TrainerState } from '../trainer-state.js';
import { type Snapshot, takeSnapshot } from './snapshot.js';
import type { UploadRequest } from './upload-messages.js';
import { uploadThread } from './upload-thread.js';

/** Who pushes what a training saves. */
export interface HubUploads {
  /**
   * Tells callbacks, and begins to push the checkpoint that was just saved, unless one before is still on its way. It waits for
   * no server: why a push failed is said in one line, and training goes on.
   */
  saved(state: TrainerState): Promise<void>;
  /**
   * Waits, with a bar, until what is on its way is there, and the newest checkpoint, where checkpoints are pushed.
   *
   * @throws Stopped if somebody wishes so
   */
  finish(interruption: Interruption): Promise<void>;
  /**
   * Ends what is on its way, when it has had so many ms more.
   *
   * @returns what the newest save is called, where it is not there
   */
  stop(patience: number): Promise<string | undefined>;
}

/** A checkpoint that was saved. */
interface Save {
  /** The first line of its commit. */
  title: string;
  /** Of its folder in the output folder. */
  name: string;
  isPushed: boolean;
}

/**
 * Pushes of a training, as Transformers' `Trainer._push_from_checkpoint` makes them: a commit of the model, and where
 * `hubStrategy` is 'checkpoint' or 'all_checkpoints' another of the checkpoint.
 *
 * @param onPushBegin - is called before what was saved is pushed
 */
export function hubUploads(args: TrainingArguments, target: PushTarget, onPushBegin: () => Promise<void>): HubUploads {
  const thread = uploadThread(target);
  const waiting: { save: Save; snapshot: Snapshot }[] = [];
  let working: Promise<void> | undefined;
  let newest: Save | undefined;
  let isVisible = false;
  let isEnded = false;
  /** What was said last; the same is said again only after a push that succeeded. */
  let said: string | undefined;

  function warn(save: Save, error: unknown): void {
    const { message } = error as Error;
    if (!isEnded && message !== said) {
      console.warn(`'${save.title}' was not pushed, and what is saved next is tried again: ${message}`);
    }
    said = message;
  }

  async function commit(request: UploadRequest): Promise<void> {
    const bar = uploadBar(target.id);
    try {
      await thread.commit(request, (sent, total) => {
        if (isVisible) bar.update(sent, total);
      });
    } finally {
      bar.end();
    }
  }

  async function push(save: Save, snapshot: Snapshot): Promise<void> {
    try {
      for (const request of commitsOf(args, save, snapshot)) await commit(request);
      save.isPushed = true;
      said = undefined;
    } catch (error) {
      warn(save, error);
    } finally {
      await snapshot.remove().catch(() => {});
    }
  }

  async function work(): Promise<void> {
    for (let next = waiting.shift(); next; next = waiting.shift()) await push(next.save, next.snapshot);
    working = undefined;
  }

  async function begin(save: Save): Promise<void> {
    try {
      waiting.push({ save, snapshot: await takeSnapshot(args.outputDir, path.join(args.outputDir, save.name)) });
      working ??= work();
    } catch (error) {
      warn(save, error);
    }
  }

  return {
    async saved(state) {
      if (args.hubStrategy === 'end') return;
      newest = { title: titleOf(args, state), name: `checkpoint-${state.globalStep}`, isPushed: false };
      if (working && !args.hubAlwaysPush) return;
      await onPushBegin();
      await begin(newest);
    },
    async finish(interruption) {
      isVisible = true;
      thread.hold();
      if (working) await interruption.race(working);
      const isMissing = newest && !newest.isPushed && folderOf(args, newest) !== undefined;
      if (isMissing && (await isFolder(path.join(args.outputDir, newest!.name)))) {
        await onPushBegin();
        await begin(newest!);
      }
      if (working) await interruption.race(working);
    },
    async stop(patience) {
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, patience);
      });
      await Promise.race([working, late]);
      clearTimeout(timer);
      isEnded = true;
      for (const { snapshot } of waiting.splice(0)) await snapshot.remove().catch(() => {});
      await thread.end();
      await working;
      return newest?.isPushed === false ? newest.title : undefined;
    },
  };
}

/** As Transformers calls it, which counts epochs that are whole. */
function titleOf({ saveStrategy }: TrainingArguments, { globalStep, epoch }: TrainerState): string {
  return `Training in progress, ${saveStrategy === 'steps' ? `step ${globalStep}` : `epoch ${Math.trunc(epoch)}`}`;
}

/** Where a checkpoint lies in the repository; undefined if none is pushed. */
function folderOf({ hubStrategy }: TrainingArguments, { name }: Save): string | undefined {
  if (hubStrategy === 'checkpoint') return LAST_CHECKPOINT;
  return hubStrategy === 'all_checkpoints' ? name : undefined;
}

function commitsOf(args: TrainingArguments, save: Save, { model, checkpoint }: Snapshot): UploadRequest[] {
  const folder = folderOf(args, save);
  const commits = [{ title: save.title, files: model }];
  if (folder === undefined) return commits;
  const files = checkpoint.map((file) => ({ ...file, path: `${folder}/${file.path}` }));
  return [...commits, { title: `${save.title}, checkpoint`, files }];
}
