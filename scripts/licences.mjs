// Lists the licences of all that is installed, each with its packages, as the packages themselves declare them:
//   npm run licences
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describePython } from '../lib/setup/interpreter.mjs';
import { environmentPython } from '../lib/setup/python.mjs';
import { root } from './setup/root.mjs';

/** Of npm: what node_modules holds by npm's own record, with the licence in each package's package.json. */
function npmPackages() {
  const { packages } = JSON.parse(readFileSync(join(root, 'node_modules', '.package-lock.json'), 'utf8'));
  const folders = Object.keys(packages).filter((path) => path.startsWith('node_modules/'));
  return folders
    .map((path) => join(root, path, 'package.json'))
    .filter(existsSync)
    .map((file) => JSON.parse(readFileSync(file, 'utf8')))
    .map(({ name, version, license }) => ({ name: `${name} ${version}`, licence: license?.type ?? license }));
}

/** The environments with the course's tools, which lie beside each other in build/. */
function courseEnvironments() {
  const build = join(root, 'build');
  const names = existsSync(build) ? readdirSync(build).filter((name) => name.endsWith('-env')) : [];
  return names.map((name) => join(build, name, 'bin', 'python')).filter(existsSync);
}

/** Of Python: what is in the environments, by the headers of each METADATA. */
function pythonPackages() {
  const folders = [environmentPython(), ...courseEnvironments()].flatMap(
    (python) => describePython(python)?.folders ?? [],
  );
  const files = folders.filter(existsSync).flatMap((folder) =>
    readdirSync(folder)
      .map((entry) => join(folder, entry, 'METADATA'))
      .filter((file) => file.includes('.dist-info') && existsSync(file)),
  );
  const found = files.map((file) => {
    const [headers] = readFileSync(file, 'utf8').split(/\r?\n\r?\n/, 1);
    const value = (name) => new RegExp(`^${name}: (.+)$`, 'm').exec(headers)?.[1];
    const classifiers = Array.from(
      headers.matchAll(/^Classifier: License :: (?:OSI Approved :: )?(.+)$/gm),
      (m) => m[1],
    );
    const declared = value('License-Expression') ?? (classifiers.join(', ') || value('License'));
    return { name: `${value('Name')} ${value('Version')} (Python)`, licence: declared };
  });
  // The environments have some in common.
  return [...new Map(found.map((one) => [one.name, one])).values()];
}

/** Licence → names of packages, both sorted. */
export function installedLicences() {
  const found = new Map();
  for (const { name, licence = 'not declared' } of [...npmPackages(), ...pythonPackages()]) {
    found.set(licence, [...(found.get(licence) ?? []), name].sort());
  }
  return new Map([...found].sort(([one], [other]) => one.localeCompare(other)));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [licence, names] of installedLicences()) console.log(`${licence}\n  ${names.join('\n  ')}`);
}
