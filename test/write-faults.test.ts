import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import fs, { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import {
  AutoModelForAudioClassification,
  OnpaError,
  saveSafetensors,
  saveWav,
  Trainer,
  TrainerState,
  WriteError,
} from 'onpa';
import { inRepository } from './fixtures.js';
import { inTemporaryFolder } from './hubert/models.js';
import type { Writing } from './write-faults-process.js';

const MODEL = inRepository('test', 'fixtures', 'trained');
const sound = { samples: Float32Array.of(0, 0.5), sampleRate: 8000 };

/** Writes where no file may have more than so many blocks of 512 bytes: the system refuses in the middle, as a full disk. */
function writeWithin(blocks: number, writing: Writing): { name: string; message: string; code: string } {
  const script = path.join(__dirname, 'write-faults-process.js');
  const command = `ulimit -f ${blocks} && exec "$0" "$@"`;
  const { stdout, stderr } = spawnSync('/bin/sh', ['-c', command, process.execPath, script, JSON.stringify(writing)], {
    encoding: 'utf8',
  });
  assert.notEqual(stdout, '', stderr);
  return JSON.parse(stdout);
}

/** The contents of a folder by name. */
const contents = (folder: string): [string, string][] =>
  readdirSync(folder)
    .sort()
    .map((name) => [name, readFileSync(path.join(folder, name), 'latin1')]);

describe('A disk that is full', () => {
  const writings: [Writing['what'], string][] = [
    ['saveWav', 'a.wav'],
    ['saveSafetensors', 'a.safetensors'],
    ['savePretrained', 'model.safetensors'],
    ['exportOnnx', 'model.onnx'],
    ['saveModel', 'model.safetensors'],
    ['saveState', 'trainer_state.json'],
    ['createModelCard', 'README.md'],
  ];
  for (const [what, file] of writings) {
    it(`is named by ${what}, which leaves nothing half-written and what was there as it was`, () =>
      inTemporaryFolder(async (root) => {
        const folder = path.join(root, 'model');
        await mkdir(folder);
        for (const name of [file, 'config.json', 'notes.txt'])
          await writeFile(path.join(folder, name), `the old ${name}`);
        const before = contents(folder);
        const { name, message, code } = writeWithin(32, { what, folder });
        assert.deepEqual([name, code], ['WriteError', 'EFBIG'], message);
        const place = path.join(folder, file);
        assert.ok(message.startsWith(`'${place}' cannot be written: there is no room for it; make some`), message);
        assert.deepEqual(contents(folder), before);
      }));
  }

  it('leaves no empty folder where there was none', () =>
    inTemporaryFolder(async (root) => {
      writeWithin(32, { what: 'savePretrained', folder: path.join(root, 'new', 'model') });
      assert.deepEqual(readdirSync(root), []);
    }));

  it('is noticed at a device that is always full, and devices stay devices', async () => {
    // Only Linux has it.
    if (process.platform !== 'linux') return;
    await assert.rejects(saveWav('/dev/full', sound), { name: 'WriteError', code: 'ENOSPC', message: /no room/ });
    await saveWav('/dev/null', sound);
    assert.ok((await fs.stat('/dev/null')).isCharacterDevice());
  });
});

describe('A place that cannot be written to', () => {
  const { mkdir: make, rename, writeFile: write } = fs;
  afterEach(() => {
    fs.mkdir = make;
    fs.rename = rename;
    fs.writeFile = write;
  });

  it('is named where it is a folder, below a file, or in a folder that is missing', () =>
    inTemporaryFolder(async (folder) => {
      await mkdir(path.join(folder, 'sub'));
      await writeFile(path.join(folder, 'file'), 'old');
      const places: [string, RegExp][] = [
        ['sub', /there is a folder of that name; give the path of a file/],
        ['none/a', /the folder that it belongs into is missing; make that first/],
        ['file/a', /what should be a folder on its way is a file/],
        ['a'.repeat(300), /its name is too long/],
      ];
      for (const [name, message] of places) {
        const place = path.join(folder, name);
        for (const save of [() => saveWav(place, sound), () => saveSafetensors(place, new Map())]) {
          await assert.rejects(save(), (error: Error) => {
            assert.ok(error instanceof WriteError && error instanceof OnpaError);
            assert.ok(error.message.startsWith(`'${place}' cannot be written: `), error.message);
            assert.match(error.message, message);
            return true;
          });
        }
      }
      assert.deepEqual(readdirSync(folder).sort(), ['file', 'sub']);
    }));

  it('is called a disk that can only be read where folders are missing, too, which Node does not say', () =>
    inTemporaryFolder(async (folder) => {
      fs.mkdir = (async (_path: string, options?: { recursive?: boolean }) => {
        const code = options?.recursive ? 'ENOENT' : 'EROFS';
        throw Object.assign(new Error(`${code}: no`), { code, syscall: 'mkdir' });
      }) as typeof fs.mkdir;
      const model = await AutoModelForAudioClassification.fromPretrained(MODEL);
      const place = path.join(folder, 'new', 'model');
      const trainer = new Trainer({ model, args: { outputDir: place, reportTo: 'none' } });
      for (const save of [() => model.savePretrained(place), () => trainer.saveState()]) {
        await assert.rejects(save(), {
          name: 'WriteError',
          code: 'EROFS',
          message: /can only be read.*outputPath\('name'\)/,
        });
      }
      model.dispose();
    }));

  it('may have a name as long as the system allows', () =>
    inTemporaryFolder(async (folder) => {
      await saveWav(path.join(folder, `${'é'.repeat(125)}.wav`), sound);
      assert.deepEqual(readdirSync(folder), [`${'é'.repeat(125)}.wav`]);
    }));

  for (const [code, message] of Object.entries({
    EACCES: /you have no right to/,
    EPERM: /you have no right to/,
    EROFS: /its disk can only be read/,
    EDQUOT: /there is no room/,
    EIO: /the system refuses/,
  })) {
    it(`says what ${code} means`, () =>
      inTemporaryFolder(async (folder) => {
        fs.writeFile = async () => {
          throw Object.assign(new Error(`${code}: no`), { code, syscall: 'open' });
        };
        await assert.rejects(saveWav(path.join(folder, 'a.wav'), sound), { name: 'WriteError', code, message });
        assert.deepEqual(readdirSync(folder), []);
      }));
  }

  it('keeps a whole model there as it was, whichever of its files cannot be moved', () =>
    inTemporaryFolder(async (folder) => {
      const model = await AutoModelForAudioClassification.fromPretrained(MODEL);
      const trainer = new Trainer({ model, args: { outputDir: folder, reportTo: 'none' } });
      for (const name of ['model.safetensors', 'config.json']) await writeFile(path.join(folder, name), `old ${name}`);
      const before = contents(folder);
      for (const name of ['model.safetensors', 'onnx/model.onnx', 'config.json', 'training_args.json']) {
        fs.rename = async (from, to) => {
          if (String(to) === path.join(folder, name) && !String(from).includes('.kept')) {
            throw Object.assign(new Error('EPERM: no'), { code: 'EPERM', syscall: 'rename' });
          }
          return rename(from, to);
        };
        const saving = trainer.saveModel(folder, { exportOnnx: true });
        await assert.rejects(saving, { name: 'WriteError', path: path.join(folder, name), code: 'EPERM' });
        assert.deepEqual(contents(folder), before);
      }
      model.dispose();
    }));

  it('never has a configuration without its weights: that is moved last', () =>
    inTemporaryFolder(async (folder) => {
      const model = await AutoModelForAudioClassification.fromPretrained(MODEL);
      const moved: string[] = [];
      fs.rename = async (from, to) => {
        if (path.dirname(String(to)) === folder) moved.push(path.basename(String(to)));
        return rename(from, to);
      };
      await model.savePretrained(folder);
      assert.deepEqual(moved, ['model.safetensors', 'config.json']);
      assert.deepEqual(readdirSync(folder).sort(), ['config.json', 'model.safetensors']);
      model.dispose();
    }));

  it('is a folder where trainer_state.json should be: saveState says so', () =>
    inTemporaryFolder(async (folder) => {
      const model = await AutoModelForAudioClassification.fromPretrained(MODEL);
      const trainer = new Trainer({ model, args: { outputDir: folder, reportTo: 'none' } });
      await mkdir(path.join(folder, 'trainer_state.json'));
      await assert.rejects(
        trainer.saveState(),
        /trainer_state\.json' cannot be written: there is a folder of that name/,
      );
      await assert.rejects(TrainerState.loadFromJson(path.join(folder, 'trainer_state.json')), OnpaError);
      model.dispose();
    }));
});
