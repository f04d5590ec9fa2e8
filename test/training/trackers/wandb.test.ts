import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import type { TrainingOptions } from 'onpa';
import { guarded } from 'onpa/dist/training/trackers/guarded.js';
import { type WandbOptions, wandb, withoutKey } from 'onpa/dist/training/trackers/wandb.js';
import { withServer } from '../../audio/server.js';
import { sendBomb, sendEndlessly } from '../../endless.js';
import { ENTRIES, heard, runInfo, surroundings } from './runs.js';
import { API_KEY, type StoredRun, WandbServer } from './wandb-server.js';

describe('Weights & Biases', () => {
  let server: WandbServer;
  let restore: () => void;

  beforeEach(async () => {
    server = new WandbServer();
    await server.start();
    restore = surroundings('WANDB_', { WANDB_API_KEY: API_KEY, WANDB_BASE_URL: server.url });
  });

  afterEach(async () => {
    restore();
    await server.stop();
  });

  /** Tells it of a whole training, or of several at once that end differently; returns what it said. */
  async function train(
    options: WandbOptions = {},
    args: TrainingOptions = {},
    ...ends: ('finished' | 'interrupted' | 'failed')[]
  ): Promise<{ warnings: string[]; log: string[] }> {
    const run = await runInfo(args);
    const one = async (status: 'finished' | 'interrupted' | 'failed') => {
      // However busy the machine, its server is not too slow unless a test says so.
      const patient = { timeout: 600_000, patience: 600_000, retryDelays: [1, 1] };
      const tracker = guarded(wandb({ ...patient, ...options }), { patience: 600_000 });
      tracker.begin({ ...run, args: { ...run.args, runName: args.runName ?? status } });
      for (const entry of ENTRIES) tracker.log(entry);
      await tracker.end({ status, summary: status === 'finished' ? { train_loss: 1.125 } : {} });
    };
    return heard(() => Promise.all((ends.length > 0 ? ends : (['finished'] as const)).map(one)));
  }

  const onlyRun = (): StoredRun => {
    equal(server.runs.length, 1);
    return server.runs[0];
  };

  it('keeps rows, summary and config under the names that Transformers gives', async () => {
    deepEqual((await train({}, { learningRate: 3e-4, warmupSteps: 7 })).warnings, []);
    const rows = onlyRun().history.map(({ _runtime, _timestamp, ...row }) => row);
    deepEqual(rows, [
      {
        'train/loss': 1.5,
        'train/grad_norm': 2.25,
        'train/learning_rate': 5e-5,
        'train/epoch': 0.67,
        'train/global_step': 2,
        _step: 0,
      },
      {
        'eval/loss': 1.25,
        'eval/accuracy': 0.5,
        'eval/runtime': 0.5,
        'eval/samples_per_second': 6,
        'train/epoch': 1,
        'train/global_step': 3,
        _step: 1,
      },
      {
        'train/loss': 1,
        'train/grad_norm': 2,
        'train/learning_rate': 2.5e-5,
        'train/epoch': 1.33,
        'train/global_step': 4,
        _step: 2,
      },
      {
        'eval/loss': 0.75,
        'eval/accuracy': 0.75,
        'eval/runtime': 0.5,
        'eval/samples_per_second': 6,
        'train/epoch': 2,
        'train/global_step': 6,
        _step: 3,
      },
      { 'train/epoch': 2, 'train/global_step': 6, _step: 4 },
    ]);
    const { _runtime, _timestamp, ...summary } = onlyRun().summary;
    deepEqual(summary, {
      'train/loss': 1,
      'train/grad_norm': 2,
      'train/learning_rate': 2.5e-5,
      'eval/loss': 0.75,
      'eval/accuracy': 0.75,
      'eval/runtime': 0.5,
      'eval/samples_per_second': 6,
      'train/epoch': 2,
      'train/global_step': 6,
      _step: 4,
      train_runtime: 2.5,
      total_flos: 4096,
      train_loss: 1.125,
    });
    const { config } = onlyRun();
    equal(config.learning_rate.value, 3e-4);
    equal(config.warmup_steps.value, 7);
    equal(config.model_type.value, 'hubert');
    equal(config['model/num_parameters'].value, 1234);
  });

  it('takes project, owner, name and notes from the environment', async () => {
    Object.assign(process.env, {
      WANDB_PROJECT: 'genres',
      WANDB_ENTITY: 'a-team',
      WANDB_NAME: 'first-try',
      WANDB_NOTES: 'with warm-up',
    });
    const { log } = await train();
    const { id, history: _history, summary: _summary, config: _config, ...run } = onlyRun();
    deepEqual(run, {
      project: 'genres',
      entity: 'a-team',
      displayName: 'first-try',
      notes: 'with warm-up',
      exitCode: 0,
    });
    deepEqual(log, [`Weights & Biases: ${server.url}/a-team/genres/runs/${id}`]);
  });

  it('is the run of a sweep that an agent has chosen, and shows what it has chosen', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'onpa-sweep-'));
    try {
      // As Python's `wandb agent` writes it.
      const file = path.join(folder, 'config-r8zm2k1q.yaml');
      const lines = ['learning_rate:', '  value: 1.0e-05', 'crop:', '  desc: null', '  value: 3'];
      await writeFile(file, `wandb_version: 1\n\n${lines.join('\n')}\n`);
      Object.assign(process.env, {
        WANDB_SWEEP_ID: 'x4k2p9aa',
        WANDB_RUN_ID: 'r8zm2k1q',
        WANDB_SWEEP_PARAM_PATH: file,
        WANDB_PROJECT: 'genres',
        WANDB_ENTITY: 'a-team',
      });
      deepEqual((await train({}, { learningRate: 1e-5 })).warnings, []);
      const { id, sweep, project, entity, config, exitCode } = onlyRun();
      deepEqual(
        { id, sweep, project, entity, exitCode },
        { id: 'r8zm2k1q', sweep: 'x4k2p9aa', project: 'genres', entity: 'a-team', exitCode: 0 },
      );
      equal(config.learning_rate.value, 1e-5);
      equal(config.crop.value, 3);
      equal(config.model_type.value, 'hubert');
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('says that the file of what a sweep has chosen is missing', async () => {
    process.env.WANDB_SWEEP_PARAM_PATH = '/nowhere/config.yaml';
    const { warnings } = await train();
    equal(warnings.length, 1);
    match(warnings[0], /Weights & Biases is left out, and training goes on: ENOENT.*config\.yaml/);
    deepEqual(server.runs, []);
  });

  it('groups the trials of a search, each under its name and with a run of its own', async () => {
    Object.assign(process.env, { WANDB_RUN_ID: 'r8zm2k1q', WANDB_SWEEP_ID: 'x4k2p9aa', WANDB_NAME: 'one-for-all' });
    const run = await runInfo({}, { group: 'my-search' });
    await heard(async () => {
      for (const runName of ['run-0', 'run-1']) {
        const tracker = wandb();
        tracker.begin({ ...run, args: { ...run.args, runName } });
        await tracker.end({ status: 'finished', summary: {} });
      }
    });
    deepEqual(
      server.runs.map(({ displayName, groupName, sweep }) => ({ displayName, groupName, sweep })),
      ['run-0', 'run-1'].map((displayName) => ({ displayName, groupName: 'my-search', sweep: undefined })),
    );
  });

  it("takes runName, Transformers' project and the key's owner where the environment names none", async () => {
    await train({}, { runName: 'ft-hubert' });
    const { project, entity, displayName } = onlyRun();
    deepEqual(
      { project, entity, displayName },
      { project: 'huggingface', entity: 'somebody', displayName: 'ft-hubert' },
    );
  });

  it('tells a finished run from one that has failed or was interrupted', async () => {
    await train({}, {}, 'finished', 'failed', 'interrupted');
    const codes = Object.fromEntries(server.runs.map(({ displayName, exitCode }) => [displayName, exitCode]));
    deepEqual(codes, { finished: 0, failed: 1, interrupted: 255 });
  });

  it('takes the key of ~/.netrc where the environment has none, and says where there is none either', async () => {
    const home = await mkdtemp(path.join(tmpdir(), 'onpa-home-'));
    const before = process.env.HOME;
    Object.assign(process.env, { HOME: home, WANDB_API_KEY: '' });
    try {
      const { warnings } = await train();
      equal(warnings.length, 1);
      match(warnings[0], /set the WANDB_API_KEY environment variable/);
      const host = server.url.replace('http://', '');
      await writeFile(path.join(home, '.netrc'), `machine ${host}\n  login user\n  password ${API_KEY}\n`);
      deepEqual((await train()).warnings, []);
      equal(onlyRun().exitCode, 0);
    } finally {
      process.env.HOME = before;
      await rm(home, { recursive: true });
    }
  });

  it('writes values that JSON lacks as their names', async () => {
    const run = await runInfo();
    const tracker = wandb();
    await heard(async () => {
      tracker.begin(run);
      tracker.log({ loss: Number.NaN, grad_norm: Number.POSITIVE_INFINITY, step: 1 });
      await tracker.end({ status: 'failed', summary: {} });
    });
    const [row] = onlyRun().history;
    deepEqual([row['train/loss'], row['train/grad_norm']], ['NaN', 'Infinity']);
  });

  it('asks nothing of the server with WANDB_MODE=disabled', async () => {
    process.env.WANDB_MODE = 'disabled';
    deepEqual(await train(), { warnings: [], log: [] });
    deepEqual(server.seen, []);
  });

  it('says that WANDB_MODE=offline is not supported, and asks nothing of the server', async () => {
    process.env.WANDB_MODE = 'offline';
    const { warnings } = await train();
    equal(warnings.length, 1);
    match(warnings[0], /WANDB_MODE=offline is not supported/);
    deepEqual(server.seen, []);
  });

  it('tries again where the server is out of order for a moment', async () => {
    server.instead('graphql', 502, 1);
    server.instead('file_stream', 500, 1);
    server.instead('file_stream', 'closed', 1);
    deepEqual((await train()).warnings, []);
    const { history, exitCode } = onlyRun();
    deepEqual([history.length, exitCode], [5, 0]);
  });

  for (const part of ['graphql', 'file_stream'] as const) {
    for (const [fault, reason] of [
      [401, /answered 401 \(is WANDB_API_KEY the key of this server\?\)/],
      [500, /answered 500/],
      ['closed', /other side closed/],
      ['silence', /not answered within 2 s/],
    ] as const) {
      it(`warns once, without the key, of ${part} and ${fault}`, async () => {
        server.instead(part, fault);
        const { warnings } = await train(fault === 'silence' ? { timeout: 2000, retryDelays: [] } : {});
        equal(warnings.length, 1, warnings.join('\n'));
        match(warnings[0], /^Weights & Biases is left out, and training goes on: /);
        match(warnings[0], reason);
        ok(!warnings[0].includes(API_KEY));
      });
    }
  }

  for (const part of ['graphql', 'file_stream'] as const) {
    it(`shows the key to no other port that ${part} is sent to`, async () => {
      const asked: IncomingMessage[] = [];
      const listener: RequestListener = (request, response) => {
        asked.push(request);
        response.end('{}');
      };
      await withServer(listener, async (elsewhere) => {
        server.instead(part, (response, { url }) => response.writeHead(307, { Location: elsewhere + url }).end());
        const { warnings } = await train({ retryDelays: [] });
        equal(warnings.length, 1);
        match(warnings[0], new RegExp(`sends to ${elsewhere}, which does not get the key`));
      });
      deepEqual(asked, []);
    });
  }

  it('follows a redirect within the server', async () => {
    const moved = (response: ServerResponse, { url }: IncomingMessage) =>
      response.writeHead(307, { Location: url }).end();
    server.instead('graphql', moved, 1);
    server.instead('file_stream', moved, 1);
    deepEqual((await train()).warnings, []);
    equal(onlyRun().history.length, 5);
  });

  for (const [name, location, reason] of [
    ['no address', 'http://[', /sends to an address that is none of the web/],
    ['a file', 'file:///etc/hostname', /sends to an address that is none of the web/],
    ['itself, for ever', '/graphql', /redirects in circles/],
  ] as const) {
    it(`says that the server sends to ${name}`, async () => {
      server.instead('graphql', (response) => response.writeHead(308, { Location: location }).end());
      const { warnings } = await train({ retryDelays: [] });
      match(warnings.join(), reason);
    });
  }

  it('ends with an answer that does not end, packed or not', async () => {
    const packed = (response: ServerResponse) => sendBomb(response, 50_000_000);
    for (const fault of [(response: ServerResponse) => sendEndlessly(response), packed]) {
      server.instead('graphql', fault);
      const { warnings } = await train({ retryDelays: [] });
      match(warnings.join(), /answers with more than 16777216 bytes/);
      server.forgive(1);
    }
  });

  it('shows no key that stands in ~/.netrc and that the server says, escaped or in base64', async () => {
    const home = await mkdtemp(path.join(tmpdir(), 'onpa-home-'));
    const before = process.env.HOME;
    Object.assign(process.env, { HOME: home, WANDB_API_KEY: '' });
    const host = server.url.replace('http://', '');
    await writeFile(path.join(home, '.netrc'), `machine ${host}\n  login user\n  password ${API_KEY}\n`);
    try {
      server.instead('graphql', (response, { headers }) => {
        const said = `${headers.authorization} ${API_KEY} ${[...API_KEY].join('\n')}`;
        response.writeHead(403, { 'Content-Type': 'application/json' });
        response.end(JSON.stringify({ errors: [{ message: said }] }));
      });
      const { warnings } = await train({ retryDelays: [] });
      equal(warnings.length, 1);
      for (const secret of [API_KEY, Buffer.from(`api:${API_KEY}`).toString('base64').slice(8, 40)])
        ok(!warnings[0].replace(/\s/g, '').includes(secret), warnings[0]);
    } finally {
      process.env.HOME = before;
      await rm(home, { recursive: true });
    }
  });

  it('works where something listens to idle connections, as in Debian’s Node.js 20', async () => {
    const script = path.join(__dirname, 'train-with-wandb.js');
    const { stdout } = await promisify(execFile)(process.execPath, [
      ...['--require', path.join(__dirname, 'idle-listener.js'), script],
    ]);
    equal(stdout.trim(), '[]');
    equal(onlyRun().history.length, 5);
  });

  it('waits at the end no longer than it has patience', async () => {
    server.instead('graphql', 'silence');
    const { warnings } = await train({ patience: 100 });
    equal(warnings.length, 1);
    match(warnings[0], /has not answered within 0\.1 s; the last entries may be missing/);
  });

  it('says where no server answers', async () => {
    await server.stop();
    const { warnings } = await train();
    equal(warnings.length, 1);
    match(warnings[0], /ECONNREFUSED/);
    await server.start();
  });

  it('does not keep a process that ends without the end of its training', async () => {
    server.instead('graphql', 'silence');
    const script = `
      const { wandb } = require(${JSON.stringify(require.resolve('onpa/dist/training/trackers/wandb.js'))});
      const modelConfig = {}, args = {};
      wandb().begin({ modelConfig, args });
    `;
    await promisify(execFile)(process.execPath, ['-e', script]);
  });

  it('leaves Ctrl+C to the trainer', async () => {
    const before = process.listenerCount('SIGINT');
    await train();
    equal(process.listenerCount('SIGINT'), before);
  });

  it('shows neither the key nor a password in an address', () => {
    const encoded = Buffer.from(`api:${API_KEY}`).toString('base64');
    equal(withoutKey(`https://me:secret@host/?k=${API_KEY} Basic ${encoded}`, API_KEY), 'https://host/?k=… Basic …');
  });
});
