// Installs npm beside a Node that has none: Debian has them apart, and its npm 9 stumbles over package.json's `overrides`.
//   node course/hub/npm.mjs /usr/local
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';

const VERSION = '10.9.9';
/** Of its archive, as `npm view npm@10.9.9 dist.integrity` tells it. */
const INTEGRITY = 'sha512-1g+6jLQvaIuB4zwvHL7yrXuXcWZwDsCtBX8bbWDqbvJSSr9nPiDDWTHNgwXR27iIcTTW7v3A57hDW9RYv2W4Yg==';

const [prefix] = process.argv.slice(2);
if (!prefix) throw new Error('Name the folder to install in: node course/hub/npm.mjs /usr/local');
const registry = process.env.npm_config_registry ?? 'https://registry.npmjs.org/';
const url = new URL(`npm/-/npm-${VERSION}.tgz`, registry.replace(/\/*$/, '/'));
const answer = await fetch(url);
if (!answer.ok) throw new Error(`${url} answers ${answer.status}: npm ${VERSION} is not there`);
const archive = Buffer.from(await answer.arrayBuffer());
const found = `sha512-${createHash('sha512').update(archive).digest('base64')}`;
if (found !== INTEGRITY) throw new Error(`${url} is not the npm that is known: its hash is ${found}`);

const folder = join(prefix, 'lib', 'node_modules', 'npm');
mkdirSync(folder, { recursive: true });
mkdirSync(join(prefix, 'bin'), { recursive: true });
execFileSync('tar', ['-xz', '--strip-components=1', '--no-same-owner', '-C', folder], { input: archive });
for (const name of ['npm', 'npx']) {
  rmSync(join(prefix, 'bin', name), { force: true });
  symlinkSync(`../lib/node_modules/npm/bin/${name}-cli.js`, join(prefix, 'bin', name));
}
console.log(`npm ${VERSION} in ${folder}`);
