import { wordsOf } from '../../redact.js';
import { ask, revisionAddress, textOf } from '../connection.js';
import { isOffline } from '../environment.js';
import { hubOf } from '../login/token.js';
import { isRepositoryId } from '../names.js';
import { patience } from '../retry.js';

/** What the Hub tells of a model has its files in it: in bytes. */
const MOST = 1 << 27;

/**
 * The licence that a model names on the Hub. It is asked for once, and not at all of what is no repository; whatever goes
 * wrong, there is none.
 */
export async function repositoryLicense(
  id: string,
  options: { accessToken?: string; hubUrl?: string },
): Promise<string | undefined> {
  if (!isRepositoryId(id) || isOffline()) return undefined;
  try {
    const hub = await hubOf(options);
    const of = { repoType: 'model', id, revision: 'main', file: 'its licence' } as const;
    const signal = AbortSignal.timeout(patience.silence);
    const url = revisionAddress(hub, of);
    const response = await ask(hub, of, { method: 'GET', url, signal });
    const { tags } = JSON.parse(await textOf(hub, of, url, response, MOST)) as { tags?: unknown };
    const tag = Array.isArray(tags) ? tags.find((text) => String(text).startsWith('license:')) : undefined;
    return tag && wordsOf(tag.slice('license:'.length), hub.token);
  } catch {
    return undefined;
  }
}
