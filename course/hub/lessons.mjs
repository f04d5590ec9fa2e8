// Brings the lessons of this checkout into a student's home: called at each start of a server, by course/hub/start.
//   node course/hub/lessons.mjs ~/onpa [/srv/onpa/cache ~/.cache]
import { createHash } from 'node:crypto';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { argv } from 'node:process';
import { fileURLToPath } from 'node:url';

/** Beside the lessons: what each was when it was brought, by which a student's own work is told from it. */
const RECORD = '.brought.json';

const hash = (bytes) => createHash('sha256').update(bytes).digest('hex');

/** Whole or not at all, though the server be stopped meanwhile. */
function write(path, bytes) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.new`, bytes);
  renameSync(`${path}.new`, path);
}

/** What was brought before; nothing where the record is missing or damaged, so that no file is taken for an unchanged one. */
function readRecord(path) {
  try {
    const record = JSON.parse(readFileSync(path, 'utf8'));
    return record !== null && typeof record === 'object' ? record : {};
  } catch {
    return {};
  }
}

const isLesson = (name) => name.endsWith('.ipynb') && !name.split('/').some((part) => part.startsWith('.'));

/** Where the corrected lesson goes that finds a student's work in its place: 01-waveform.corrected.ipynb, then …-2.ipynb. */
function beside(to, name) {
  for (let count = 1; ; count++) {
    const free = name.replace(/\.ipynb$/, `.corrected${count > 1 ? `-${count}` : ''}.ipynb`);
    if (!existsSync(join(to, free))) return free;
  }
}

/**
 * Copies each lesson that is not in the home yet, or is there as it was brought and is another now. What a student has changed,
 * if only by running it, stays; a lesson that was corrected since then is put beside it, as `….corrected.ipynb`, once. A lesson
 * that the student has deleted comes back.
 *
 * @param from - the folder of the lessons
 * @param to - the student's folder, which is made
 * @returns the paths within `to` of what was written: `brought` as lessons, `corrected` beside a student's work
 */
export function bringLessons(from, to) {
  const record = readRecord(join(to, RECORD));
  const brought = [];
  const corrected = [];
  for (const name of readdirSync(from, { recursive: true }).filter(isLesson).sort()) {
    const lesson = readFileSync(join(from, name));
    const isNew = record[name] !== hash(lesson);
    const place = join(to, name);
    const mine = existsSync(place) ? hash(readFileSync(place)) : undefined;
    if (mine === undefined || (mine === record[name] && isNew)) {
      write(place, lesson);
      brought.push(name);
    } else if (isNew && mine !== hash(lesson)) {
      const free = beside(to, name);
      write(join(to, free), lesson);
      corrected.push(free);
    }
    record[name] = hash(lesson);
  }
  write(join(to, RECORD), `${JSON.stringify(record, null, 1)}\n`);
  return { brought, corrected };
}

/**
 * Puts a link to each file of a folder that all share into the student's own, whose folders are made and can be written. What the
 * student has there stays; a link into the shared folder that leads nowhere any more goes.
 */
export function linkShared(from, to) {
  mkdirSync(to, { recursive: true });
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [shared, own] = [join(from, entry.name), join(to, entry.name)];
    const mine = lstatSync(own, { throwIfNoEntry: false });
    if (entry.isDirectory()) {
      if (mine === undefined || mine.isDirectory()) linkShared(shared, own);
    } else if (mine === undefined) symlinkSync(shared, own);
  }
  for (const entry of readdirSync(to, { withFileTypes: true })) {
    const own = join(to, entry.name);
    if (entry.isSymbolicLink() && readlinkSync(own) === join(from, entry.name) && !existsSync(own)) rmSync(own);
  }
}

/** Says what is in the way, and lets the server start. */
function told(task, what) {
  try {
    task();
  } catch (error) {
    if (!error.syscall) throw error;
    console.error(`${what}: ${error.message}. Make room there and start again.`);
    process.exitCode = 1;
  }
}

if (argv[1] === fileURLToPath(import.meta.url)) {
  const [to, shared, cache] = argv.slice(2);
  if (!to) {
    console.error('Name the folder that the lessons are to be in: node course/hub/lessons.mjs ~/onpa');
    process.exit(2);
  }
  told(() => {
    const { brought, corrected } = bringLessons(join(dirname(argv[1]), '..', '..', 'notebooks'), to);
    // Not where the output of what is started goes.
    if (brought.length > 0) console.error(`Lessons in ${to}: ${brought.join(', ')}`);
    if (corrected.length > 0) console.error(`Corrected, beside what you have changed: ${corrected.join(', ')}`);
  }, `The lessons could not be brought to ${to}`);
  if (shared && cache && existsSync(shared)) {
    told(() => linkShared(resolve(shared), cache), `What is fetched for all could not be linked in ${cache}`);
  }
}
