import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import ts from 'typescript';
import { parse } from 'yaml';
import { inRepository } from '../fixtures.js';

interface Step {
  keyword: string;
  text: string;
  flags: Record<string, string>;
  sources?: string[];
  target?: string;
  words?: string[];
}

interface Stage {
  name: string;
  base: string;
  steps: Step[];
}

interface Environment {
  dependencies: string[];
}

const read = (...names: string[]): string => readFileSync(inRepository(...names), 'utf8');
const lines = (text: string): string[] => text.split('\n').filter((line) => line && !line.startsWith('#'));
const json = (name: string) => JSON.parse(read(name));

describe('The image of the course', () => {
  let stages: Stage[];
  let lastStep: (stages: Stage[], name: string, keyword: string) => Step | undefined;
  let neededFor: (stages: Stage[], name: string) => Stage[];
  before(async () => {
    const module = await import(pathToFileURL(inRepository('scripts/image/stages.mjs')).href);
    stages = module.readStages(inRepository('Dockerfile'));
    ({ lastStep, neededFor } = module);
  });

  const steps = (name: string, keyword: string) =>
    stages.find((stage) => stage.name === name)?.steps.filter((step) => step.keyword === keyword) ?? [];
  const packages = lines(read('course/hub/debian-packages.txt'));

  it('is made by set-up and by the hub’s, and by no step that they do not know', () => {
    assert.deepEqual(
      steps('build', 'RUN').map(({ text }) => text),
      ['install -d -o student -g student /opt/onpa', 'npm run hub'],
    );
    assert.equal(json('package.json').scripts.hub, 'node scripts/setup.mjs && node scripts/hub.mjs');
  });

  it('installs Debian’s packages by the one list', () => {
    const [install] = steps('system', 'RUN');
    assert.match(install.text, /grep -v '\^#' \S+debian-packages\.txt \| xargs apt-get install -y/);
    const named = (text: string) => text.match(/(?:apt-get|apt) install(?: -\S+)* (?!-)([a-z]\S*)/)?.[1];
    for (const name of ['system', 'build', 'grading', 'course']) {
      for (const { text } of steps(name, 'RUN')) assert.equal(named(text), undefined, name);
    }
    for (const needed of ['nodejs', 'libnode-dev', 'python3', 'python3-venv', 'g++', 'make', 'tini']) {
      assert.ok(packages.includes(needed), needed);
    }
  });

  it('copies what is there, and first all that set-up reads', () => {
    const copied = stages.flatMap((stage) => stage.steps).filter((step) => step.keyword === 'COPY' && !step.flags.from);
    for (const source of copied.flatMap((step) => step.sources ?? []))
      assert.ok(existsSync(inRepository(source)), source);
    const before = steps('build', 'COPY').flatMap((step) => step.sources ?? []);
    for (const name of ['package.json', 'package-lock.json', '.npmrc', 'requirements.lock', 'lib', 'scripts']) {
      assert.ok(before.indexOf(name) < before.indexOf('.') && before.includes(name), name);
    }
  });

  it('has nothing of what git ignores, and no secret of a hub', () => {
    const left = lines(read('.dockerignore')).map((line) => line.replace(/^\*\*\//, ''));
    const ignored = lines(read('.gitignore')).map((line) => line.replace(/\/$/, ''));
    assert.deepEqual(
      ignored.filter((line) => !left.includes(line) && !left.includes(line.replace(/^\//, ''))),
      [],
    );
    assert.ok(left.includes('.git'));
    // Wherever a teacher may have put it.
    for (const name of ['class.json*', 'names.txt', 'passwords.csv', 'my-values.yaml', '.env']) {
      assert.ok(lines(read('.dockerignore')).includes(`**/${name}`) && ignored.includes(name), name);
    }
  });

  it('has no solutions and no hidden tests where students are, and what lessons and quizzes read', () => {
    const copied = steps('course', 'COPY')
      .filter(({ flags }) => !flags.from)
      .flatMap(({ sources }) => sources ?? []);
    for (const name of ['course/quizzes', 'course/hub', 'notebooks', 'data', 'scripts']) {
      assert.ok(copied.includes(name), name);
    }
    const withSolutions = (path: string) =>
      ['.', 'course', 'course/exercises', 'test'].includes(path.replace(/\/$/, ''));
    const all = steps('course', 'COPY').flatMap(({ sources }) => sources ?? []);
    assert.deepEqual(
      all.filter((path) => withSolutions(path.replace(/^\/opt\/onpa\/?/, '') || '.')),
      [],
    );
    assert.deepEqual(
      neededFor(stages, 'course').map(({ name }) => name),
      ['system', 'build', 'course'],
    );
  });

  it('has nbgrader for the teacher in a stage of its own, installed while there is a network', () => {
    assert.deepEqual(
      steps('grading', 'RUN').map(({ text }) => text),
      ['npm run nbgrader -- --install'],
    );
    assert.equal(stages.find(({ name }) => name === 'grading')?.base, 'build');
    // What is built when no stage is named.
    assert.equal(stages.at(-1)?.name, 'course');
  });

  it('runs as a user who is not root and cannot write the checkout', () => {
    for (const name of ['build', 'course']) assert.equal(lastStep(stages, name, 'USER')?.text, 'student', name);
    assert.ok(![...steps('system', 'RUN'), ...steps('course', 'RUN')].some(({ text }) => text.includes('/opt/onpa')));
    for (const { flags } of steps('course', 'COPY')) assert.ok([undefined, 'root:root'].includes(flags.chown));
  });

  it('starts with the lessons in the home, then JupyterLab, or what a hub names', () => {
    assert.deepEqual(lastStep(stages, 'course', 'ENTRYPOINT')?.words, ['tini', '--', '/opt/onpa/course/hub/start']);
    assert.deepEqual(lastStep(stages, 'course', 'CMD')?.words?.slice(0, 2), ['jupyter', 'lab']);
    assert.equal(statSync(inRepository('course/hub/start')).mode & 0o111, 0o111);
  });

  it('is written in shell that a shell can read', () => {
    const texts = stages.flatMap((stage) => stage.steps.filter(({ keyword }) => keyword === 'RUN'));
    const scripts = [...texts.map(({ text }) => text), read('course/hub/start'), read('.binder/postBuild')];
    for (const input of scripts) execFileSync('sh', ['-n'], { input });
  });

  it('is tried without Docker where all is there for that; else a line says what is missing', () => {
    const args = [inRepository('scripts/try_image.mjs'), 'cours'];
    const { status, stderr, stdout } = spawnSync(process.execPath, args, {
      env: { PATH: '/nowhere' },
      encoding: 'utf8',
    });
    assert.equal(status, 1);
    assert.match(stderr, /debootstrap is missing: apt install debootstrap/);
    assert.match(stderr, /the Dockerfile has no stage cours: it has system, git, build, grading, course/);
    assert.equal(stdout, '');
  });

  it('is not tried in a folder that has files of others, which stay', () => {
    const folder = mkdtempSync(join(tmpdir(), 'onpa image '));
    writeFileSync(join(folder, 'thesis.txt'), 'mine');
    const { status, stderr } = spawnSync(process.execPath, [inRepository('scripts/try_image.mjs')], {
      env: { PATH: '/nowhere', ONPA_IMAGE_FOLDER: folder },
      encoding: 'utf8',
    });
    assert.equal(status, 1);
    assert.match(stderr, /has files of others, and would be deleted: name an empty folder in ONPA_IMAGE_FOLDER/);
    assert.equal(readFileSync(join(folder, 'thesis.txt'), 'utf8'), 'mine');
    rmSync(folder, { recursive: true });
  });

  it('is tried whenever something changes of which it is made, and published by one job, for a version alone', () => {
    const { on, permissions, jobs } = parse(read('.github/workflows/image.yml'));
    const paths: string[] = on.pull_request.paths.map((path: string) => path.replace(/\/\*\*$/, ''));
    const copied = stages
      .flatMap(({ steps }) => steps)
      .filter(({ keyword, flags }) => keyword === 'COPY' && !flags.from);
    const pages = ['README.md', 'CHANGELOG.md', 'LICENSE', 'docs', '.'];
    const made = copied.flatMap(({ sources }) => sources ?? []).filter((source) => !pages.includes(source));
    assert.deepEqual(
      made.filter((source) => !paths.some((path) => source === path || source.startsWith(`${path}/`))),
      [],
    );
    assert.deepEqual(permissions, { contents: 'read' });
    const writing = Object.keys(jobs).filter((name) => JSON.stringify(jobs[name].permissions ?? {}).includes('write'));
    assert.deepEqual(writing, ['publish']);
    assert.equal(jobs.publish.if, "startsWith(github.ref, 'refs/tags/v')");
    assert.ok(!JSON.stringify(jobs.build).includes('TOKEN'));
  });

  it('is what a dev container stands on', () => {
    const file = '.devcontainer/devcontainer.json';
    const { config, error } = ts.parseConfigFileTextToJson(file, read(file));
    assert.equal(error, undefined);
    assert.equal(config.build.dockerfile, '../Dockerfile');
    const stage = stages.find(({ name }) => name === config.build.target);
    assert.deepEqual([stage?.name, stage?.base], ['git', 'system']);
    // Git of its own: an editor's terminal commits in the checkout.
    assert.match(steps('git', 'RUN')[0].text, /apt-get install -y --no-install-recommends git /);
    assert.ok(
      steps('system', 'RUN').some(({ text }) =>
        text.includes(`useradd --create-home --uid 1000 --shell /bin/bash ${config.remoteUser}`),
      ),
    );
    assert.equal(config.postCreateCommand, 'npm run setup');
  });
});

describe('The environments that the course brings', () => {
  const environment = (name: string): Environment => parse(read(name));
  const version = (name: string, wanted: string) =>
    environment(name)
      .dependencies.find((line) => line.startsWith(`${wanted}=`))
      ?.split('=')[1];

  it('have a Node and a Python that the package takes', async () => {
    const { nodeProblem } = await import(pathToFileURL(inRepository('lib/setup/node.mjs')).href);
    const { versionFits } = await import(pathToFileURL(inRepository('lib/setup/interpreter.mjs')).href);
    assert.equal(json('package.json').engines.node, '>=20.19');
    for (const name of ['environment.yml', '.binder/environment.yml']) {
      assert.equal(nodeProblem(`v${version(name, 'nodejs')}.0.0`), undefined, name);
      assert.ok(versionFits({ minor: Number(version(name, 'python')?.split('.')[1]), folders: [] }), name);
    }
    // Without a minor version nvm takes the newest.
    assert.equal(nodeProblem(`v${read('.nvmrc').trim()}.99.0`), undefined);
  });

  it('are the same in conda and on Binder, whose system has a compiler', () => {
    const own = environment('environment.yml').dependencies;
    const binder = environment('.binder/environment.yml').dependencies;
    assert.deepEqual(
      own.filter((line) => !binder.includes(line)),
      ['cxx-compiler', 'make', 'libsndfile'],
    );
    assert.deepEqual(
      binder.filter((line) => !own.includes(line)),
      [],
    );
  });

  it('are set up on Binder by set-up', () => {
    assert.match(read('.binder/postBuild'), /npm run setup$/m);
    assert.equal(statSync(inRepository('.binder/postBuild')).mode & 0o111, 0o111);
  });

  it('are started on Binder as a class has them: what is idle ends', () => {
    const print = ['sh', '-c', 'echo "$JUPYTER_CONFIG_PATH"'];
    const env = { PATH: process.env.PATH, JUPYTER_CONFIG_PATH: '/other' };
    const shown = execFileSync(inRepository('.binder/start'), print, { env, encoding: 'utf8' });
    assert.equal(shown, `${inRepository('course', 'hub', 'jupyter')}:/other\n`);
  });
});
