import { HubError } from '../../errors.js';
import { wordsOf } from '../../redact.js';
import { type Hub, nameOf } from '../connection.js';
import type { HubFile } from '../names.js';

const FULL = ['ENOSPC', 'EDQUOT', 'EFBIG'];

/** The error of a file that the cache cannot keep. It says what to do. */
export function cacheFault(
  hub: Hub,
  of: HubFile & { size?: number },
  folder: string,
  cause: NodeJS.ErrnoException,
): HubError {
  const reason = wordsOf(cause.message, hub.token);
  const advice = FULL.includes(cause.code ?? '')
    ? `Make room${of.size === undefined ? '' : ` for its ${of.size} bytes`}, or set HF_HOME to a folder with room; what has arrived is kept, and the next download goes on there`
    : cause.code === 'ENAMETOOLONG'
      ? 'Set HF_HOME to a folder with a shorter path, on a disk that takes such names'
      : 'Set HF_HOME to a folder of yours';
  return new HubError(`${nameOf(of)} cannot be kept in ${folder}: ${reason}. ${advice}`, { cause: new Error(reason) });
}
