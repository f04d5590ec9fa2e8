import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { HubError, ParameterError } from '../../errors.js';
import type { Hub } from '../connection.js';
import { expand, hubAddress, huggingFaceHome, isTrue } from '../environment.js';
import { RETRIES } from '../retry.js';

/** An access token, and where it was found. */
export interface FoundToken {
  token: string;
  /** For messages: 'HF_TOKEN', or the path of a file. */
  source: string;
}

/** The token that a login has given this process. */
let ofLogin: FoundToken | undefined;

/** Takes a token for this process, before those of `HF_TOKEN` and of the file; undefined forgets it. */
export function keepForProcess(found: FoundToken | undefined): void {
  ofLogin = found;
}

/** Forgets a token that the Hub has refused, if it is the one of the login. */
export function forgetForProcess({ token }: FoundToken): void {
  if (ofLogin?.token === token) ofLogin = undefined;
}

/**
 * The access token to send to the Hub: the one given, else that of the last `login` of this process, else `HF_TOKEN`, else
 * the file in which Python's `hf auth login` keeps it (`HF_TOKEN_PATH`, else `token` in `HF_HOME`).
 * `HF_HUB_DISABLE_IMPLICIT_TOKEN` leaves only the one given.
 *
 * @throws ParameterError if it has characters that no token has; the message does not show it
 */
export async function findToken(given?: string): Promise<string | undefined> {
  return (await findTokenAndSource(given))?.token;
}

/** The Hub that options name, and the token to send. */
export async function hubOf(
  { hubUrl, accessToken, signal }: { hubUrl?: string; accessToken?: string; signal?: AbortSignal },
  retries: number = RETRIES,
): Promise<Hub> {
  return { address: hubAddress(hubUrl), token: await findToken(accessToken), retries, signal };
}

/** The same as {@link findToken}, and where it comes from. */
async function findTokenAndSource(given?: string): Promise<FoundToken | undefined> {
  return toToken(given, 'the one given') ?? (isHidden() ? undefined : await currentToken());
}

/** Whether only a token that is given counts. */
function isHidden(): boolean {
  return isTrue(process.env.HF_HUB_DISABLE_IMPLICIT_TOKEN);
}

/** The token of this process's login, else of `HF_TOKEN`, else of the file. */
export async function currentToken(): Promise<FoundToken | undefined> {
  const { HF_TOKEN, HUGGING_FACE_HUB_TOKEN } = process.env;
  const path = tokenPath();
  return (
    ofLogin ??
    toToken(HF_TOKEN, 'HF_TOKEN') ??
    toToken(HUGGING_FACE_HUB_TOKEN, 'HUGGING_FACE_HUB_TOKEN') ??
    toToken(await readFile(path, 'utf8').catch(() => undefined), path)
  );
}

/** Where a login keeps its token, for Python too. */
export function tokenPath(): string {
  return expand(process.env.HF_TOKEN_PATH || join(huggingFaceHome(), 'token'));
}

/**
 * The token without the white space around it; undefined if nothing is left.
 *
 * @throws ParameterError if it has characters that no token has
 */
export function toToken(text: string | undefined, source: string): FoundToken | undefined {
  const token = text?.replace(/[\r\n]/g, '').trim();
  if (!token) return undefined;
  if (!/^[\x21-\x7e]+$/.test(token)) {
    throw new ParameterError(
      `the access token (${source}) has characters that no token has; copy it again from the settings page`,
    );
  }
  return { token, source };
}

/**
 * The access token to send to the Hub at `address`, and where it comes from.
 *
 * @throws HubError if there is none; it says where to get one
 */
export async function requireToken(address: string, given?: string): Promise<FoundToken> {
  const found = await findTokenAndSource(given);
  if (found) return found;
  const { KAGGLE_USER_SECRETS_TOKEN } = process.env;
  throw await missingToken(address, KAGGLE_USER_SECRETS_TOKEN && 'login() reads the secret HF_TOKEN of the notebook');
}

/**
 * The error where there is no token.
 *
 * @param onKaggle - what to know there
 */
export async function missingToken(address: string, onKaggle?: string): Promise<HubError> {
  const path = tokenPath();
  const unreadable = await readFile(path).then(
    () => undefined,
    ({ code }: NodeJS.ErrnoException) => (code === 'ENOENT' ? undefined : `${path} cannot be read (${code}). `),
  );
  const hidden = isHidden() && 'HF_HUB_DISABLE_IMPLICIT_TOKEN hides all but the one given: unset it. ';
  return new HubError(
    `There is no access token for ${new URL(address).host}. ${hidden || unreadable || ''}${howToLogIn(address)}` +
      (onKaggle ? `. On Kaggle: ${onKaggle}` : ''),
  );
}

/** Where to get a token, and where to put it. */
export function howToLogIn(address: string): string {
  return (
    `Make one with the role 'write' at ${address}/settings/tokens, and set HF_TOKEN to it, log in with 'hf auth login', ` +
    'or call login({ token })'
  );
}
