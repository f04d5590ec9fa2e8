import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';

/** Whether an etag tells the content: SHA-256, or the SHA-1 of a git object. */
export const isChecksum = (etag: string): boolean => /^([0-9a-f]{40}|[0-9a-f]{64})$/.test(etag);

/** How content differs from its etag: SHA-256, or the SHA-1 of a git object (of the bare content on some mirrors). */
export async function difference(path: string, etag: string): Promise<string | undefined> {
  if (!isChecksum(etag)) return undefined;
  const kind = etag.length === 64 ? 'sha256' : 'sha1';
  const bare = createHash(kind);
  const git = createHash(kind).update(`blob ${(await stat(path)).size}\0`);
  for await (const piece of createReadStream(path, { highWaterMark: 1 << 20 })) {
    bare.update(piece);
    if (kind === 'sha1') git.update(piece);
  }
  const found = bare.digest('hex');
  const object = git.digest('hex');
  if (found === etag || object === etag) return undefined;
  return kind === 'sha256'
    ? `its SHA-256 is ${found}, not ${etag}`
    : `its SHA-1 as a git object is ${object}, not ${etag}`;
}
