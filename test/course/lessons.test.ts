import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { inRepository } from '../fixtures.js';

type BringLessons = (from: string, to: string) => { brought: string[]; corrected: string[] };

describe('Lessons that come to a student’s home', () => {
  let bringLessons: BringLessons;
  let from: string;
  let home: string;
  let to: string;
  before(async () => {
    ({ bringLessons } = await import(pathToFileURL(inRepository('course/hub/lessons.mjs')).href));
  });
  beforeEach(() => {
    from = mkdtempSync(join(tmpdir(), 'onpa lessons '));
    home = mkdtempSync(join(tmpdir(), 'onpa home '));
    to = join(home, 'onpa');
    mkdirSync(join(from, 'beyond'));
    publish('01-waveform.ipynb', 'one');
    publish('beyond/browser.ipynb', 'two');
  });
  afterEach(() => {
    for (const folder of [from, home]) rmSync(folder, { recursive: true });
  });

  const publish = (name: string, text: string) => writeFileSync(join(from, name), text);
  const work = (name: string, text: string) => writeFileSync(join(to, name), text);
  const seen = (name: string) => readFileSync(join(to, name), 'utf8');
  const bring = () => bringLessons(from, to);

  it('are all there after the first start, and nothing is done at the next', () => {
    assert.deepEqual(bring(), { brought: ['01-waveform.ipynb', 'beyond/browser.ipynb'], corrected: [] });
    assert.equal(seen('beyond/browser.ipynb'), 'two');
    assert.deepEqual(bring(), { brought: [], corrected: [] });
  });

  it('can be saved, also where those of the course cannot', () => {
    chmodSync(join(from, '01-waveform.ipynb'), 0o444);
    bring();
    // Root could write anyway.
    assert.equal(statSync(join(to, '01-waveform.ipynb')).mode & 0o200, 0o200);
  });

  it('stay as the student has changed them', () => {
    bring();
    work('01-waveform.ipynb', 'mine');
    assert.deepEqual(bring(), { brought: [], corrected: [] });
    assert.equal(seen('01-waveform.ipynb'), 'mine');
  });

  it('are the corrected ones where the student has not changed them', () => {
    bring();
    publish('01-waveform.ipynb', 'better');
    assert.deepEqual(bring().brought, ['01-waveform.ipynb']);
    assert.equal(seen('01-waveform.ipynb'), 'better');
  });

  it('lie beside the student’s work where they were corrected, once for each correction', () => {
    bring();
    work('01-waveform.ipynb', 'mine');
    publish('01-waveform.ipynb', 'better');
    assert.deepEqual(bring(), { brought: [], corrected: ['01-waveform.corrected.ipynb'] });
    assert.deepEqual(bring(), { brought: [], corrected: [] });
    work('01-waveform.corrected.ipynb', 'mine, too');
    publish('01-waveform.ipynb', 'best');
    assert.deepEqual(bring().corrected, ['01-waveform.corrected-2.ipynb']);
    assert.equal(seen('01-waveform.ipynb'), 'mine');
    assert.equal(seen('01-waveform.corrected.ipynb'), 'mine, too');
    assert.equal(seen('01-waveform.corrected-2.ipynb'), 'best');
  });

  it('come when they are new, and come back when the student has deleted them', () => {
    bring();
    publish('02-spectrum.ipynb', 'three');
    rmSync(join(to, '01-waveform.ipynb'));
    assert.deepEqual(bring().brought, ['01-waveform.ipynb', '02-spectrum.ipynb']);
  });

  it('leave a file alone that the student had under the name of a new one', () => {
    bring();
    work('02-spectrum.ipynb', 'my notes');
    publish('02-spectrum.ipynb', 'three');
    assert.deepEqual(bring(), { brought: [], corrected: ['02-spectrum.corrected.ipynb'] });
    assert.equal(seen('02-spectrum.ipynb'), 'my notes');
  });

  it('are nobody’s work where the record of them is damaged: what differs is kept', () => {
    bring();
    work('01-waveform.ipynb', 'mine');
    for (const record of ['', 'null', '[1', '"text"']) {
      work('.brought.json', record);
      bring();
      assert.equal(seen('01-waveform.ipynb'), 'mine');
    }
  });

  it('are notebooks alone, without what Jupyter keeps beside them', () => {
    mkdirSync(join(from, '.ipynb_checkpoints'));
    publish('.ipynb_checkpoints/01-waveform-checkpoint.ipynb', 'old');
    publish('notes.txt', 'of the teacher');
    bring();
    assert.deepEqual(readdirSync(to).sort(), ['.brought.json', '01-waveform.ipynb', 'beyond']);
  });

  it('are there before a server starts, which starts also where they cannot be brought', () => {
    const start = (HOME: string) =>
      spawnSync(inRepository('course/hub/start'), ['sh', '-c', 'echo "$JUPYTER_CONFIG_PATH"; exit 7'], {
        env: { ...process.env, HOME },
        encoding: 'utf8',
      });
    const first = start(home);
    assert.equal(first.status, 7);
    assert.equal(first.stdout.trim().split(':')[0], inRepository('course/hub/jupyter'));
    assert.ok(existsSync(join(to, '08-inference.ipynb')));
    // A file where the home should be: nobody can write in it, root neither.
    const second = start(join(to, '08-inference.ipynb'));
    assert.equal(second.status, 7);
    assert.match(second.stderr, /The lessons could not be brought to .*: .*Make room there and start again\./);
  });

  it('find what a teacher has fetched for all in the student’s cache, which takes more', () => {
    const shared = join(from, 'cache');
    mkdirSync(join(shared, 'onpa', 'librosa'), { recursive: true });
    writeFileSync(join(shared, 'onpa', 'librosa', 'trumpet.ogg'), 'sound');
    chmodSync(join(shared, 'onpa', 'librosa'), 0o555);
    const env = { ...process.env, HOME: home, ONPA_SHARED_CACHE: shared };
    const kept = join(home, '.cache', 'onpa', 'librosa');
    for (let start = 0; start < 2; start++) {
      assert.equal(spawnSync(inRepository('course/hub/start'), ['true'], { env }).status, 0);
      assert.equal(readFileSync(join(kept, 'trumpet.ogg'), 'utf8'), 'sound');
      // Root could write anyway.
      assert.equal(statSync(kept).mode & 0o700, 0o700);
      writeFileSync(join(kept, 'another.ogg'), 'more');
    }
    assert.deepEqual(readdirSync(join(shared, 'onpa', 'librosa')), ['trumpet.ogg']);
    chmodSync(join(shared, 'onpa', 'librosa'), 0o755);
    // What the teacher has taken away is downloaded again, and not looked for where it was.
    rmSync(join(shared, 'onpa', 'librosa', 'trumpet.ogg'));
    assert.equal(spawnSync(inRepository('course/hub/start'), ['true'], { env }).status, 0);
    assert.deepEqual(readdirSync(kept), ['another.ogg']);
  });

  it('are there also where links to what is fetched for all cannot be made, which is told', () => {
    mkdirSync(join(from, 'cache', 'onpa'), { recursive: true });
    writeFileSync(join(home, '.cache'), 'a file');
    const env = { ...process.env, HOME: home, ONPA_SHARED_CACHE: join(from, 'cache') };
    const { status, stderr } = spawnSync(inRepository('course/hub/start'), ['true'], { env, encoding: 'utf8' });
    assert.equal(status, 0);
    assert.match(
      stderr,
      /What is fetched for all could not be linked in .*: EEXIST.*Make room there and start again\./,
    );
    assert.ok(existsSync(join(to, '08-inference.ipynb')));
  });
});
