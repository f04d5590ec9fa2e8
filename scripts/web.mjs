// The page that hears: builds it into web/ in the folder of results (build/) and serves it on this machine.
//   npm run web                      with the model of the course
//   npm run web -- FOLDER            and with the model of a folder that has onnx/model.onnx
//   npm run web -- --build           only builds
//   npm run web -- --port 8090       at a port of your choice
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { buildPage } from '../web/build.mjs';
import { serveFolders } from '../web/server.mjs';

const PORT = 8090;

/** Ends with a line that says what is wrong. */
function refuse(message) {
  console.error(message);
  process.exit(1);
}

function readArguments() {
  const options = { build: { type: 'boolean' }, port: { type: 'string' } };
  try {
    return parseArgs({ options, allowPositionals: true });
  } catch ({ message }) {
    return refuse(message);
  }
}

const { values, positionals } = readArguments();
const port = values.port === undefined ? undefined : Number(values.port);
if (port !== undefined && !(Number.isInteger(port) && port >= 0 && port < 65536)) {
  refuse(`--port is ${values.port}; give a number from 0 to 65535`);
}
if (positionals.length > 1)
  refuse(`One folder with a model is shown, not ${positionals.length}: ${positionals.join(', ')}`);
const [folder] = positionals.map((path) => resolve(path));
const name = folder && basename(folder);
if (folder && !existsSync(join(folder, 'onnx', 'model.onnx'))) {
  refuse(
    `${folder} has no onnx/model.onnx; write it with ` +
      `model.savePretrained(folder, { exportOnnx: true }) or trainer.saveModel(folder, { exportOnnx: true })`,
  );
}
if (folder && !existsSync(join(folder, 'preprocessor_config.json'))) {
  refuse(`${folder} has no preprocessor_config.json; write it with featureExtractor.savePretrained(folder)`);
}
if (folder && !/^[\w.-]+$/.test(name)) {
  refuse(`${folder}: the page takes names of letters, digits, '.', '-' and '_'; rename the folder`);
}

const { outputPath } = createRequire(import.meta.url)('../lib/dist/output-path.js');
const page = outputPath('web');
console.log('Building the page …');
await buildPage(page);
if (values.build) {
  console.log(`${page}: static files for any server`);
  process.exit();
}

const folders = { ...(folder ? { [`/models/${name}/`]: folder } : {}), '/': page };

/** At the usual port, or at another where that is taken and none was asked for. */
async function serve() {
  try {
    return await serveFolders(folders, port ?? PORT);
  } catch (error) {
    if (error.code !== 'EADDRINUSE') throw error;
    if (port !== undefined) refuse(`Port ${port} is taken; give another: npm run web -- --port 0`);
    return serveFolders(folders);
  }
}

const { address } = await serve();
console.log(`Open ${address}${folder ? `?model=${name}` : ''}  (Ctrl-C ends it)`);
