import { isOffline } from '../environment.js';
import { TransientHubError } from '../retry.js';
import { commitOf, keepRevision, repositoryFolder } from './cache.js';
import { type RepositoryListing, repositoryListing } from './list-repo-files.js';
import { type RepositoryOptions, repositoryFile, requireRepository } from './repository-file.js';

/** The files of a repository at a revision. */
export interface RepositoryFiles {
  /** The commit that the revision means, or meant when it was last asked for; undefined if it never was. */
  commit: string | undefined;
  /** Paths of all files; undefined if there is no such revision, or the Hub could not be asked. */
  files: readonly string[] | undefined;
  /**
   * The path of a file in the cache, downloaded if need be; see {@link repositoryFile}.
   *
   * @param at - default {@link commit}, or the revision
   * @throws HubError also if the Hub could not be asked for its files, and the file is not in the cache
   */
  download(file: string, at?: string): Promise<string | undefined>;
}

/**
 * Asks the Hub which files a repository has, and notes in the cache which commit it is: from then on, what the cache has
 * of older ones is found by their names alone. Without a connection, what is in the cache can still be had.
 *
 * @param retries - how often the Hub is asked again where it does not answer; default as for other requests
 * @param folder - what else to give in place of the id, for the error about one that no repository has
 * @throws ParameterError if the Hub could have no such repository
 * @throws HubError if the Hub refuses, or answers with something else
 */
export async function repositoryFiles(
  id: string,
  options: RepositoryOptions = {},
  { retries, folder }: { retries?: number; folder?: string } = {},
): Promise<RepositoryFiles> {
  await requireRepository(id, options, folder);
  const { revision = 'main', repoType = 'model' } = options;
  let listing: RepositoryListing | undefined;
  let failure: TransientHubError | undefined;
  try {
    if (!isOffline()) listing = await repositoryListing(id, options, retries);
  } catch (error) {
    if (!(error instanceof TransientHubError)) throw error;
    failure = error;
  }
  const cached = repositoryFolder({ repoType, id, revision, file: '' });
  // Only tells what was seen last; a cache that cannot be written to serves as well.
  if (listing) await keepRevision(cached, revision, listing.commit).catch(() => {});
  const commit = listing?.commit ?? (await commitOf(cached, revision));
  return {
    commit,
    files: listing?.files,
    async download(file, at = commit ?? revision) {
      const path = await repositoryFile(id, file, { ...options, revision: at }, failure ? 0 : undefined).catch(
        (error) => {
          throw failure ?? error;
        },
      );
      if (path === undefined && failure) throw failure;
      return path;
    },
  };
}
