import { type Progress, progress } from '../../progress.js';
import { isTrue } from '../environment.js';

/** A bar for an upload to a repository, which is there from the first bytes on, unless the environment forbids bars. */
export function uploadBar(id: string): { update(sent: number, total: number): void; end(): void } {
  let bar: Progress | undefined;
  return {
    update(sent, total) {
      if (isTrue(process.env.HF_HUB_DISABLE_PROGRESS_BARS)) return;
      bar ??= progress({ title: `Upload to ${id}`, total, unit: 'bytes', start: sent });
      bar.update(sent);
    },
    end: () => bar?.end(),
  };
}
