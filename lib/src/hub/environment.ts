import { homedir } from 'node:os';
import { resolve } from 'node:path';
import { getHFHubCachePath } from '@huggingface/hub';
import { ParameterError } from '../errors.js';

/** The folder of all repositories: `HF_HUB_CACHE`, else `hub` in `HF_HOME`, else in `~/.cache/huggingface`. */
export function hubCache(): string {
  return resolve(expand(getHFHubCachePath()));
}

/** `HF_HOME`, where Python's huggingface_hub keeps its token beside the cache. */
export function huggingFaceHome(): string {
  const { HF_HOME, XDG_CACHE_HOME } = process.env;
  return resolve(expand(HF_HOME ?? `${XDG_CACHE_HOME ?? '~/.cache'}/huggingface`));
}

/** Whether no connection may be opened. */
export function isOffline(): boolean {
  return isTrue(process.env.HF_HUB_OFFLINE || process.env.TRANSFORMERS_OFFLINE);
}

/** What huggingface_hub takes for yes. */
export function isTrue(value: string | undefined): boolean {
  return ['1', 'ON', 'YES', 'TRUE'].includes(value?.toUpperCase() ?? '');
}

/**
 * The Hub's address, without a slash at the end.
 *
 * @param given - else `HF_ENDPOINT`, else huggingface.co
 * @throws ParameterError if it is no http(s) URL, or has a password in it
 */
export function hubAddress(given?: string): string {
  const address = given ?? (process.env.HF_ENDPOINT || 'https://huggingface.co');
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (!url || !/^https?:$/.test(url.protocol) || url.search || url.hash) {
    throw new ParameterError(
      `the Hub's address is '${address}'; give hubUrl or HF_ENDPOINT as 'https://huggingface.co'`,
    );
  }
  if (url.username || url.password) {
    throw new ParameterError("the Hub's address holds a user's name; give an access token as HF_TOKEN instead");
  }
  return address.replace(/\/+$/, '');
}

/** `~` and `$VARIABLE` as a shell would read them. */
export function expand(path: string): string {
  return path
    .replace(/^~(?=\/|$)/, homedir())
    .replace(/\$(?:(\w+)|\{([^}]*)\})/g, (text, plain, braced) => process.env[plain ?? braced] ?? text);
}
