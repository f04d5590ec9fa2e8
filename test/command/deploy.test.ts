import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { type Job, parseJob } from 'onpa/dist/command/parse-job.js';
import { EXIT } from 'onpa/dist/command/train-command.js';
import { parseAllDocuments } from 'yaml';
import { inRepository } from '../fixtures.js';

const deploy = (name: string): string => inRepository('deploy', name);

/** The words after `train` in what a program was called with. */
const afterTrain = (said: string): string[] =>
  said
    .trim()
    .split(/\s+/)
    .slice(said.trim().split(/\s+/).indexOf('train') + 1);

describe('The job files', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'onpa-deploy-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** Puts a program in the place of another. */
  function standIn(name: string, script: string): void {
    writeFileSync(join(folder, name), `#!/bin/bash\n${script}\n`);
    chmodSync(join(folder, name), 0o755);
  }
  const environment = (more: NodeJS.ProcessEnv) => ({
    ...process.env,
    ...more,
    PATH: [folder, process.env.PATH].join(delimiter),
  });
  const onSlurm = (more: NodeJS.ProcessEnv = {}) =>
    environment({ SLURM_ARRAY_TASK_ID: '2', SLURM_JOB_ID: '77', SLURM_JOB_NAME: 'rates', ...more });

  it('are shell scripts and YAML without a mistake', () => {
    for (const name of ['slurm.sh', 'hf-jobs.sh']) {
      const { status, stderr } = spawnSync('bash', ['-n', deploy(name)], { encoding: 'utf8' });
      equal(status, 0, stderr);
    }
    for (const document of parseAllDocuments(readFileSync(deploy('kubernetes.yaml'), 'utf8'))) {
      deepEqual([document.errors, document.warnings], [[], []]);
    }
  });

  it('of Slurm trains with the flags of its trial, the number as the seed, and hands on how it ended', async () => {
    standIn('node', 'echo "$@"; exit 2');
    writeFileSync(join(folder, 'trials.txt'), '--learning_rate 1e-3\n--learning_rate 1e-4 --warmup_ratio 0.1\n');
    const call = [deploy('slurm.sh'), '--dataset', 'marsyas/gtzan', '--model', 'ntu-spml/distilhubert'];
    const env = onSlurm({ TRIALS: join(folder, 'trials.txt'), RUNS: '/runs' });
    const { status, stdout } = spawnSync('bash', call, { encoding: 'utf8', env });
    equal(status, 2);
    match(stdout, /^lib\/bin\/onpa\.mjs train /);
    const { args, data } = (await parseJob(afterTrain(stdout))) as Job;
    deepEqual([args.seed, args.learningRate, args.warmupRatio, args.outputDir], [2, 1e-4, 0.1, '/runs/rates/2']);
    equal(data.datasetName, 'marsyas/gtzan');
  });

  it('of Slurm do not train where their trial is missing', () => {
    standIn('node', 'echo trained');
    writeFileSync(join(folder, 'trials.txt'), '--learning_rate 1e-3\n');
    for (const name of ['trials.txt', 'nowhere.txt']) {
      const env = onSlurm({ TRIALS: join(folder, name) });
      const { status, stdout, stderr } = spawnSync('bash', [deploy('slurm.sh')], { encoding: 'utf8', env });
      deepEqual([status, stdout], [2, '']);
      match(stderr, new RegExp(`${name} has no line 2`));
    }
  });

  for (const [signal, requeued] of [
    ['SIGUSR1', 'scontrol requeue 77\n'],
    ['SIGTERM', ''],
  ] as const) {
    it(`of Slurm has the job saved by ${signal}, and ${requeued ? 'puts it back into the queue' : 'no more'}`, async () => {
      standIn('node', `trap 'echo saved; exit ${EXIT.again}' TERM; echo ready; while :; do sleep 0.05; done`);
      standIn('scontrol', 'echo "scontrol $*"');
      const child = spawn('bash', [deploy('slurm.sh')], { env: onSlurm(), stdio: ['ignore', 'pipe', 'inherit'] });
      let said = '';
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        said += text;
        if (text.includes('ready')) child.kill(signal);
      });
      const code = await new Promise((resolve) => child.on('close', resolve));
      deepEqual([code, said], [requeued ? 0 : EXIT.again, `ready\nsaved\n${requeued}`]);
    });
  }

  it('of Hugging Face Jobs train and push into the repository of their name, and hold no token', async () => {
    standIn('hf', 'echo "$@"');
    const env = environment({ IMAGE: 'ghcr.io/OWNER/onpa', BUCKET: 'OWNER/runs', HF_TOKEN: 'hf_secret' });
    const call = [deploy('hf-jobs.sh'), 'ft-hubert', '--dataset', 'marsyas/gtzan', '--seed', '7'];
    const { status, stdout } = spawnSync('bash', call, { encoding: 'utf8', env });
    equal(status, 0);
    ok(!stdout.includes('hf_secret'));
    match(stdout, /--secrets HF_TOKEN --volume hf:\/\/buckets\/OWNER\/runs:\/runs ghcr\.io\/OWNER\/onpa node /);
    const { args } = (await parseJob(afterTrain(stdout))) as Job;
    deepEqual([args.outputDir, args.seed, args.pushToHub], ['/runs/ft-hubert', 7, true]);
  });

  it('of Kubernetes train a seed in each pod, and begin again after an end that asks for it', async () => {
    const [claim, job] = parseAllDocuments(readFileSync(deploy('kubernetes.yaml'), 'utf8')).map((it) => it.toJS());
    const { template, podFailurePolicy, completionMode, backoffLimitPerIndex } = job.spec;
    const [container] = template.spec.containers;
    const line = container.args.map((arg: string) => arg.replaceAll('$(JOB_COMPLETION_INDEX)', '3'));
    const { args } = (await parseJob(line)) as Job;
    deepEqual([args.seed, args.outputDir.endsWith('seed-3')], [3, true]);
    deepEqual([completionMode, template.spec.restartPolicy], ['Indexed', 'Never']);
    ok(backoffLimitPerIndex > 0);
    const rules: { action: string; onExitCodes?: { containerName: string; values: number[] } }[] =
      podFailurePolicy.rules;
    const actions = rules.flatMap(({ action, onExitCodes }) => onExitCodes?.values.map((code) => [code, action]) ?? []);
    deepEqual(actions, [
      [EXIT.again, 'Ignore'],
      [EXIT.usage, 'FailIndex'],
    ]);
    for (const { onExitCodes } of rules) ok(!onExitCodes || onExitCodes.containerName === container.name);
    // What is written outlives the pod.
    const [{ name, persistentVolumeClaim }] = template.spec.volumes;
    deepEqual(
      [persistentVolumeClaim.claimName, container.volumeMounts],
      [claim.metadata.name, [{ name, mountPath: '/runs' }]],
    );
    ok(args.outputDir.startsWith('/runs/'));
    for (const { value } of container.env) match(value, /^\/runs\//);
  });

  it('of a sweep name flags and arguments that there are', async () => {
    const document = parseAllDocuments(readFileSync(deploy('wandb-sweep.yaml'), 'utf8'))[0];
    deepEqual([document.errors, document.warnings], [[], []]);
    const { command, parameters, metric } = document.toJS();
    const chosen = Object.entries<{ min?: number; values?: number[] }>(parameters).map(
      ([name, { min, values }]) => `--${name}=${min ?? values![0]}`,
    );
    standIn('npm', 'printf "%s\\n" "$@"');
    const [program, ...words] = command.flatMap((word: string) => (word === ['$', '{args}'].join('') ? chosen : word));
    const env = environment({ WANDB_RUN_ID: 'x1' });
    const { stdout, status } = spawnSync(program, words, { encoding: 'utf8', env });
    equal(status, 0);
    const { args } = (await parseJob(afterTrain(stdout).slice(1))) as Job;
    deepEqual([args.outputDir, args.learningRate, args.numTrainEpochs], ['build/sweep/x1', 1e-5, 5]);
    equal(metric.name, 'eval/accuracy');
  });

  it('and pages name flags that there are', async () => {
    let commands = 0;
    for (const page of ['deploy/README.md', 'docs/training.md', 'README.md']) {
      const text = readFileSync(inRepository(page), 'utf8').replaceAll(/\\\n\s*/g, '');
      const lines = text.matchAll(
        /(?:onpa\.mjs train|npx onpa train|npm run train --|deploy\/\S+\.sh(?: ft-\S+)?) (--[^\n`#]*)/g,
      );
      for (const [, line] of lines) {
        commands++;
        await parseJob(line.replace(/^-- /, '').trim().split(/\s+/));
      }
    }
    ok(commands > 5, String(commands));
    const trials =
      /^--seed[^`]*/m
        .exec(readFileSync(deploy('README.md'), 'utf8'))?.[0]
        .trim()
        .split('\n') ?? [];
    equal(trials.length, 3);
    for (const line of trials) await parseJob([...line.split(' '), '--dataset', 'clips']);
  });
});
