import { SetupError } from './run.mjs';
import { removeScratch } from './scratch.mjs';

/** Sets up and says what is there now, or says in a line what is missing. */
export async function main(setUp) {
  try {
    console.log(await setUp());
  } catch (error) {
    // A file or folder that cannot be read or written: the system's message names it.
    if (!(error instanceof SetupError || error.syscall)) throw error;
    console.error(error instanceof SetupError ? error.message : `Set-up failed: ${error.message}`);
    removeScratch();
    process.exit(1);
  }
}
