import fs from 'node:fs/promises';
import { loadDataset } from 'onpa/dist/dataset/load-dataset.js';

/** A process of its own: loads a data set of the Hub, and is killed in the middle of its n-th clip. */
const [id, dieAt] = process.argv.slice(2);

const { writeFile } = fs;
let written = 0;
fs.writeFile = async (file, data, options) => {
  written += /\.(wav|flac)$/.test(String(file)) ? 1 : 0;
  if (written < Number(dieAt)) return writeFile(file, data, options);
  await writeFile(file, 'the first half of it');
  process.kill(process.pid, 'SIGKILL');
};

void loadDataset(id);
