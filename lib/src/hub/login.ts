import { readFile } from 'node:fs/promises';
import { writeWhole } from '../files.js';
import type { Patience } from './connection.js';
import { hubAddress } from './environment.js';
import { kaggleSecret } from './kaggle-secret.js';
import { type FoundToken, keepForProcess, missingToken, savedToken, tokenPath, toToken } from './token.js';
import { type HubUser, identify } from './who-am-i.js';

/** Options of {@link login}. */
export interface LoginOptions {
  /** From {@link https://huggingface.co/settings/tokens}. Never write one into a notebook. */
  token?: string;
}

/**
 * Logs in to the Hugging Face Hub, like `huggingface_hub.login`: finds an access token, and asks the Hub whose it is.
 *
 * The token is the one given, else `HF_TOKEN`, else the one that an earlier login has kept (`HF_TOKEN_PATH`, else `token`
 * in `HF_HOME`), else, in a notebook on Kaggle, its secret HF_TOKEN or HUGGINGFACE_TOKEN. One that was given, or comes from
 * Kaggle, is kept where Python's `hf auth login` keeps it, readable for its owner alone; for this process it goes before
 * `HF_TOKEN`.
 *
 * @throws HubError if there is none, the Hub does not take it, or cannot be reached; the token is not kept then
 * @throws ParameterError if the token has characters that no token has
 *
 * @example
 * const { name } = await login();
 */
export async function login(options: LoginOptions = {}, patience: Partial<Patience> = {}): Promise<HubUser> {
  const address = hubAddress();
  const given = toToken(options.token, 'the one given');
  const found = given ?? (await savedToken());
  if (found) {
    const user = await identify(address, found, patience);
    if (given) await keep(given);
    else keepForProcess(undefined);
    return user;
  }
  const secret = await kaggleSecret();
  if (!secret || 'reason' in secret) {
    const add = "; add one of them under 'Add-ons → Secrets' and attach it";
    throw missingToken(address, secret ? `. On Kaggle: ${secret.reason}${add}` : '');
  }
  const user = await identify(address, secret, patience);
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
