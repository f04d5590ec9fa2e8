import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ParameterError } from '../errors.js';
import { expand, huggingFaceHome, isTrue } from './environment.js';

/**
 * The access token to send to the Hub: the one given, else `HF_TOKEN`, else the file in which Python's `hf auth login`
 * keeps it (`HF_TOKEN_PATH`, else `token` in `HF_HOME`). `HF_HUB_DISABLE_IMPLICIT_TOKEN` leaves only the one given.
 *
 * @throws ParameterError if it has characters that no token has; the message does not show it
 */
export async function findToken(given?: string): Promise<string | undefined> {
  const { HF_TOKEN, HUGGING_FACE_HUB_TOKEN, HF_HUB_DISABLE_IMPLICIT_TOKEN } = process.env;
  const implicit = !isTrue(HF_HUB_DISABLE_IMPLICIT_TOKEN);
  const token =
    clean(given) ??
    (implicit ? (clean(HF_TOKEN || HUGGING_FACE_HUB_TOKEN) ?? clean(await readTokenFile())) : undefined);
  if (token !== undefined && !/^[\x21-\x7e]+$/.test(token)) {
    throw new ParameterError('the access token has characters that no token has; copy it again from the settings page');
  }
  return token;
}

function clean(token: string | undefined): string | undefined {
  return token?.replace(/[\r\n]/g, '').trim() || undefined;
}

async function readTokenFile(): Promise<string | undefined> {
  const path = expand(process.env.HF_TOKEN_PATH ?? join(huggingFaceHome(), 'token'));
  try {
    return await readFile(path, 'utf8');
  } catch {
    return undefined;
  }
}
