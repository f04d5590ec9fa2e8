import { readFile } from 'node:fs/promises';
import { writeWhole } from '../../files.js';
import { hubAddress } from '../environment.js';
import { HubRefusal } from '../refusal.js';
import { kaggleSecret } from './kaggle-secret.js';
import {
  currentToken,
  type FoundToken,
  forgetForProcess,
  keepForProcess,
  missingToken,
  tokenPath,
  toToken,
} from './token.js';
import { type HubUser, identify } from './who-am-i.js';

/** Options of {@link login}. */
export interface LoginOptions {
  /** From {@link https://huggingface.co/settings/tokens}. Never write one into a notebook. */
  token?: string;
}

/**
 * Logs in to the Hugging Face Hub, like `huggingface_hub.login`: finds an access token, and asks the Hub whose it is.
 *
 * The token is the one given, else that of an earlier `login` of this process, else `HF_TOKEN`, else the one that is saved
 * (`HF_TOKEN_PATH`, else `token` in `HF_HOME`), else, in a notebook on Kaggle, its secret HF_TOKEN or HUGGINGFACE_TOKEN.
 *
 * One that was given, or comes from Kaggle, is saved where Python's `hf auth login` saves it, readable for its owner alone.
 * Where that cannot be written, a warning says so. In any case it counts until this process ends, also where `HF_TOKEN` is
 * another; in other processes, and in Python, `HF_TOKEN` goes first.
 *
 * @throws HubError if there is none, the Hub does not take it, or cannot be reached; a token that was given is not kept then
 * @throws ParameterError if the token has characters that no token has
 *
 * @example
 * const { name } = await login();
 *
 * @see {@link whoAmI}, which keeps nothing
 */
export async function login(options: LoginOptions = {}): Promise<HubUser> {
  const address = hubAddress();
  const given = toToken(options.token, 'the one given to login');
  const found = given ?? (await currentToken());
  if (found) {
    const user = await identify(address, found).catch((error) => {
      if (error instanceof HubRefusal && error.status === 401) forgetForProcess(found);
      throw error;
    });
    if (given) await keep(given);
    return user;
  }
  const secret = await kaggleSecret();
  if (!secret || 'reason' in secret) throw await missingToken(address, secret?.reason);
  const user = await identify(address, secret);
  await keep(secret);
  return user;
}

async function keep(found: FoundToken): Promise<void> {
  keepForProcess(found);
  const path = tokenPath();
  const before = await readFile(path, 'utf8').catch(() => undefined);
  if (before?.trim() === found.token) return;
  try {
    await writeWhole(path, Buffer.from(found.token), { makeFolder: true, mode: 0o600 });
  } catch (cause) {
    console.warn(
      `The access token holds until this process ends: ${path} cannot be written (${(cause as Error).message}).`,
    );
  }
}
