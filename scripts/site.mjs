// The book of the course: builds it into build/site, or among the results of who cannot write there; static files for any server.
//   npm run site                     then serves it on this machine
//   npm run site -- --build          only builds
//   npm run site -- --port 8100      at a port of your choice
//   SITE_REPOSITORY=https://…        links to files that are not in the book lead to this repository
import { parseArgs } from 'node:util';
import { buildSite } from '../course/site/build.mjs';
import { SetupError } from '../lib/setup/run.mjs';
import { serveFolders } from '../web/server.mjs';
import { placeFor } from './results.mjs';

const PORT = 8100;

/** Ends with a line that says what is wrong. */
function refuse(message) {
  console.error(message);
  process.exit(1);
}

function readArguments() {
  try {
    return parseArgs({ options: { build: { type: 'boolean' }, port: { type: 'string' } } }).values;
  } catch ({ message }) {
    return refuse(message);
  }
}

const { build, port: asked } = readArguments();
const port = asked === undefined ? undefined : Number(asked);
if (port !== undefined && !(Number.isInteger(port) && port >= 0 && port < 65536)) {
  refuse(`--port is ${asked}; give a number from 0 to 65535`);
}
const { SITE_REPOSITORY: repository } = process.env;
if (repository && !/^https?:\/\/./.test(repository)) {
  refuse(`SITE_REPOSITORY is '${repository}'; give the address of the repository, https://…`);
}

const folder = placeFor('site');
const start = performance.now();
try {
  await buildSite(folder, { repository, say: console.log });
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  refuse(error.message);
}
console.log(`${folder}: static files for any server, made in ${((performance.now() - start) / 1000).toFixed(0)} s`);
if (build) process.exit();

/** At the usual port, or at another where that is taken and none was asked for. */
async function serve() {
  try {
    return await serveFolders({ '/': folder }, port ?? PORT);
  } catch (error) {
    if (error.code !== 'EADDRINUSE') throw error;
    if (port !== undefined) refuse(`Port ${port} is taken; give another: npm run site -- --port 0`);
    return serveFolders({ '/': folder });
  }
}

const { address } = await serve();
console.log(`Open ${address}index.html  (Ctrl-C ends it)`);
