/** The user `nobody` of most systems. */
const NOBODY = 65534;

/** Options of a process that permissions stop: root, whom none does, becomes another user. */
export function asAnybody(): { uid?: number; gid?: number } {
  return process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};
}
