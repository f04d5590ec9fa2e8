import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';

/** How content differs from its etag: SHA-256, or the SHA-1 of a git object (of the bare content on some mirrors). */
export async function difference(path: string, etag: string): Promise<string | undefined> {
  const kind = { 64: 'sha256', 40: 'sha1' }[/^[0-9a-f]+$/.test(etag) ? etag.length : 0];
  if (kind === undefined) return undefined;
  const file = await open(path);
  const bare = createHash(kind);
  const git = createHash(kind).update(`blob ${(await file.stat()).size}\0`);
  const buffer = Buffer.allocUnsafe(1 << 20);
  try {
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, buffer.length);
      if (bytesRead === 0) break;
      bare.update(buffer.subarray(0, bytesRead));
      if (kind === 'sha1') git.update(buffer.subarray(0, bytesRead));
    }
  } finally {
    await file.close();
  }
  const found = bare.digest('hex');
  const object = git.digest('hex');
  if (found === etag || object === etag) return undefined;
  return kind === 'sha256'
    ? `its SHA-256 is ${found}, not ${etag}`
    : `its SHA-1 as a git object is ${object}, not ${etag}`;
}
