import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** What links TensorFlow and libsndfile: the course's command in a checkout of it, else the package's own. */
export const setupCommand = (): string =>
  existsSync(join(__dirname, '..', '..', 'scripts', 'setup.mjs')) ? 'npm run setup' : 'npx onpa setup';
