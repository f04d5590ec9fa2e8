import { access } from 'node:fs/promises';
import { join } from 'node:path';

/** Where a repository is, and who asks. */
export interface HubOptions {
  revision?: string;
  hubUrl?: string;
  accessToken?: string;
}

/** The path of a file of a local folder; undefined where there is none. */
export async function repositoryFile(
  idOrFolder: string,
  file: string,
  _options: HubOptions = {},
): Promise<string | undefined> {
  const path = join(idOrFolder, file);
  return access(path).then(
    () => path,
    () => undefined,
  );
}
