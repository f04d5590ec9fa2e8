import { createHmac, randomUUID } from 'node:crypto';

/** Jupyter's messages on the wire: https://jupyter-client.readthedocs.io/en/stable/messaging.html */

export const PROTOCOL_VERSION = '5.4';

export interface Header {
  msg_id: string;
  session: string;
  username: string;
  date: string;
  msg_type: string;
  version: string;
}

/** What a client asks. */
export interface Request {
  /** Where the reply goes: the names that the socket has for its clients. */
  identities: Uint8Array[];
  header: Header;
  content: Record<string, unknown>;
}

/** Whom a message answers. */
export type Parent = Pick<Request, 'identities' | 'header'>;

/** Where a kernel listens, as the connection file says it. */
export interface Connection {
  transport: string;
  ip: string;
  key: string;
  shell_port: number;
  iopub_port: number;
  control_port: number;
  stdin_port: number;
  hb_port: number;
}

const DELIMITER = '<IDS|MSG>';
const session = randomUUID();

function sign(key: string, parts: readonly (string | Uint8Array)[]): string {
  if (key === '') return '';
  const hmac = createHmac('sha256', key);
  for (const part of parts) hmac.update(part);
  return hmac.digest('hex');
}

/**
 * Reads a request.
 *
 * @throws Error for one that is not signed with the key, or is no message
 */
export function readRequest(frames: readonly Buffer[], key: string): Request {
  const end = frames.findIndex((frame) => frame.equals(Buffer.from(DELIMITER)));
  const parts = frames.slice(end + 2, end + 6);
  if (end < 0 || parts.length < 4) throw new Error('this is no message of Jupyter');
  if (frames[end + 1].toString() !== sign(key, frames.slice(end + 2))) {
    throw new Error('the message is not signed with the key of this kernel');
  }
  const [header, , , content] = parts.map((part) => JSON.parse(part.toString()));
  if (typeof header?.msg_type !== 'string' || typeof content !== 'object' || content === null) {
    throw new Error('the message has no type or no content');
  }
  return { identities: frames.slice(0, end), header, content };
}

/** The frames of a message that answers `parent`. */
export function writeMessage(type: string, content: string, parent: Parent, key: string): (string | Uint8Array)[] {
  const header: Header = {
    msg_id: randomUUID(),
    session,
    username: 'kernel',
    date: new Date().toISOString(),
    msg_type: type,
    version: PROTOCOL_VERSION,
  };
  const parts = [JSON.stringify(header), JSON.stringify(parent.header), '{}', content];
  return [DELIMITER, sign(key, parts), ...parts];
}
