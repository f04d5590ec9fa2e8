import { repositoryFile } from 'onpa/dist/hub/download/repository-file.js';

/** A process of its own: downloads a file and prints its path. */
const [id, file] = process.argv.slice(2);
repositoryFile(id, file).then(
  (path) => console.log(path),
  (error) => {
    console.error(error);
    process.exitCode = 1;
  },
);
