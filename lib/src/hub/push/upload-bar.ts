import type { CommitProgressEvent } from '@huggingface/hub';
import { type Progress, progress } from '../../progress.js';
import { isTrue } from '../environment.js';
import type { PushedFile } from './push-to-folder.js';

/** One bar for the bytes of all large files. */
export function uploadBar(id: string, files: PushedFile[]): { hear(event: CommitProgressEvent): void; end(): void } {
  const sizes = new Map(files.map(({ path, size }) => [path, size]));
  const sent = new Map<string, number>();
  const sum = (numbers: Iterable<number>) => [...numbers].reduce((total, number) => total + number, 0);
  let bar: Progress | undefined;
  return {
    hear(event) {
      if (event.event !== 'fileProgress' || isTrue(process.env.HF_HUB_DISABLE_PROGRESS_BARS)) return;
      const { path, state } = event;
      if (state === 'hashing') sent.set(path, 0);
      if (state !== 'uploading' || !sent.has(path)) return;
      const total = sum([...sent.keys()].map((large) => sizes.get(large)!));
      bar ??= progress({ title: `Upload to ${id}`, total, unit: 'bytes' });
      sent.set(path, event.progress * sizes.get(path)!);
      bar.update(sum(sent.values()));
    },
    end: () => bar?.end(),
  };
}
