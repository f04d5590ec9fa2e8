/** The user `nobody` of most systems. */
const NOBODY = 65534;

/** Options of a process that permissions stop: root, whom none does, becomes another user. */
export function asAnybody(): { uid?: number; gid?: number } {
  return process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};
}

/** A test that becomes a user who cannot write in the checkout, as only root can; who is not root reads that it is left out. */
export function itAsAnybody(title: string, test: Mocha.AsyncFunc | Mocha.Func): void {
  if (process.getuid?.() === 0) it(title, test);
  else console.log(`Only root can become a user who cannot write in the checkout: '${title}' is left out.`);
}
