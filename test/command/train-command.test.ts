import { deepEqual, doesNotMatch, equal, match, ok } from 'node:assert/strict';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AutoModelForAudioClassification, TrainerState } from 'onpa';
import { asAnybody } from '../as-anybody.js';
import { withHub } from '../hub/running-hub.js';
import { refuse, TOKEN } from '../hub/server.js';
import { quietly } from '../hubert/warnings.js';
import { timeless } from '../training/short-training.js';
import { API_KEY, WandbServer } from '../training/trackers/wandb-server.js';
import { runJob, SHORT } from './job-process.js';

describe('npx onpa train', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'onpa-job-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const read = (...path: string[]) => JSON.parse(readFileSync(join(folder, ...path), 'utf8'));
  const short = (name: string, ...more: string[]) => [...SHORT, '--output_dir', join(folder, name), ...more];
  const stateOf = (name: string) => TrainerState.loadFromJson(join(folder, name, 'trainer_state.json'));

  it('trains, evaluates, and leaves what Transformers’ example script leaves', async () => {
    const { code, stdout, stderr } = await runJob(short('job', '--num_train_epochs', '1', '--log_format', 'json'));
    equal(code, 0, stderr);
    const files = ['README.md', 'all_results.json', 'checkpoint-3', 'config.json', 'eval_results.json'];
    files.push('model.safetensors', 'preprocessor_config.json', 'train_results.json', 'trainer_state.json');
    deepEqual(
      readdirSync(join(folder, 'job')).filter((name) => !name.startsWith('.')),
      [...files, 'training_args.json'],
    );
    const [train, evaluation, all] = ['train', 'eval', 'all'].map((name) => read('job', `${name}_results.json`));
    deepEqual(Object.keys(train), [
      'epoch',
      ...['total_flos', 'train_loss', 'train_runtime', 'train_samples_per_second', 'train_steps_per_second'],
    ]);
    deepEqual(Object.keys(evaluation).slice(0, 3), ['epoch', 'eval_accuracy', 'eval_loss']);
    deepEqual(all, Object.fromEntries(Object.entries({ ...train, ...evaluation }).sort()));

    // Each line of stdout is an entry of the log; all else is on stderr.
    const lines = stdout.trimEnd().split('\n');
    const entries = lines.map((line) => JSON.parse(line));
    const { logHistory } = await stateOf('job');
    deepEqual(entries.slice(0, -1), logHistory);
    equal(entries.at(-1)?.eval_accuracy, evaluation.eval_accuracy);
    match(stderr, /10 rows to train on, 6 to evaluate with/);
    doesNotMatch(stderr, /[\r█]/);

    const model = await quietly(() => AutoModelForAudioClassification.fromPretrained(join(folder, 'job')));
    equal(model.config.id2label[8], 'reggae');
    model.dispose();
    match(readFileSync(join(folder, 'job', 'README.md'), 'utf8'), /mini-hubert/);
  });

  it('is stopped by SIGTERM within a step and saved, and the same command goes on to the same numbers', async () => {
    const steps = ['--max_steps', '30', '--eval_strategy', 'steps', '--eval_steps', '10', '--seed', '3'];
    const whole = await runJob(short('whole', ...steps));
    equal(whole.code, 0, whole.stderr);

    const line = short('job', ...steps);
    const stopped = await runJob(line, {
      onOutput: (stdout, child) => {
        if (/^step 4:/m.test(stdout) && !child.killed) child.kill('SIGTERM');
      },
    });
    equal(stopped.code, 75, stopped.stderr);
    const [, saved] =
      /Stopped by SIGTERM\. The same command goes on from .*checkpoint-(\d+)$/m.exec(stopped.stderr) ?? [];
    ok(Number(saved) >= 4 && Number(saved) < 30, stopped.stderr);
    ok(!existsSync(join(folder, 'job', 'all_results.json')));

    const again = await runJob(line);
    equal(again.code, 0, again.stderr);
    match(again.stdout, new RegExp(`^step ${Number(saved) + 1}:`));
    deepEqual(timeless((await stateOf('job')).logHistory), timeless((await stateOf('whole')).logHistory));
    const [a, b] = ['job', 'whole'].map((name) => readFileSync(join(folder, name, 'model.safetensors')));
    ok(a.equals(b));
    equal(read('job', 'all_results.json').eval_loss, read('whole', 'all_results.json').eval_loss);

    // What is done is not trained again.
    const third = await runJob(line);
    equal(third.code, 0, third.stderr);
    doesNotMatch(third.stdout, /^step \d+: loss/m);
    equal(read('job', 'all_results.json').eval_loss, read('whole', 'all_results.json').eval_loss);
  });

  it('is stopped by Ctrl+C, too, and begins anew where no checkpoints are wanted', async () => {
    const { code, stderr } = await runJob(short('job', '--max_steps', '400', '--save_strategy', 'no'), {
      onOutput: (_, child) => void (child.killed || child.kill('SIGINT')),
    });
    equal(code, 75, stderr);
    match(stderr, /Stopped by SIGINT\. The same command begins anew/);
    ok(!existsSync(join(folder, 'job', 'model.safetensors')));
  });

  it('takes its arguments from a file, evaluates alone, and keeps what an earlier job has trained', async () => {
    const names = SHORT.flatMap((word, i) => (word.startsWith('--') ? [[word.slice(2), SHORT[i + 1]]] : []));
    const file = join(folder, 'job.json');
    writeFileSync(
      file,
      JSON.stringify({ ...Object.fromEntries(names), output_dir: join(folder, 'job'), max_steps: 1 }),
    );
    const trained = await runJob([file, '--save_strategy', 'no', '--do_train']);
    equal(trained.code, 0, trained.stderr);
    ok(!existsSync(join(folder, 'job', 'eval_results.json')));

    // What is done is not trained again, and what is missing follows.
    const again = await runJob([file, '--save_strategy', 'no']);
    equal(again.code, 0, again.stderr);
    match(again.stdout, /^step 1: eval_loss [^\n]*\n$/);
    deepEqual(Object.keys(read('job', 'eval_results.json')).slice(0, 2), ['epoch', 'eval_accuracy']);

    const refused = await runJob([file, '--save_strategy', 'no', '--learning_rate', '1e-4']);
    equal(refused.code, 2);
    match(
      refused.stderr,
      /holds a model, and no checkpoint to go on from; give another folder, or --overwrite_output_dir/,
    );

    const model = ['--model', join(folder, 'job'), '--output_dir', join(folder, 'measured')];
    const measured = await runJob([file, ...model, '--do_eval']);
    equal(measured.code, 0, measured.stderr);
    match(measured.stdout, /^step 0: eval_loss /);
    deepEqual(readdirSync(join(folder, 'measured')).sort(), ['README.md', 'all_results.json', 'eval_results.json']);
  });

  it('pushes the model to the repository that is named, and does not begin without a token', async () => {
    await withHub(async (hub) => {
      const env = { HF_ENDPOINT: hub.url, HF_TOKEN: '', HF_TOKEN_PATH: join(folder, 'none'), HF_HOME: folder };
      const line = short(
        'job',
        '--max_steps',
        '1',
        '--save_strategy',
        'no',
        '--push_to_hub',
        '--hub_model_id',
        'owner/mine',
      );
      const refused = await runJob(line, { env });
      equal(refused.code, 1);
      match(refused.stderr, /There is no access token/);
      ok(!existsSync(join(folder, 'job')));

      const { code, stderr } = await runJob(line, { env: { ...env, HF_TOKEN: TOKEN } });
      equal(code, 0, stderr);
      const { commits, refs } = hub.find('model', 'owner/mine')!;
      const files = [...commits.get(refs.get('main')!)!.keys()];
      for (const name of ['README.md', 'config.json', 'model.safetensors', 'trainer_state.json'])
        ok(files.includes(name), name);
      deepEqual(
        hub.find('model', 'owner/mine')!.history.map(({ title }) => title),
        ['initial commit', 'End of training'],
      );
    });
  });

  it('keeps what it has found where the Hub refuses the model', async () => {
    await withHub(async (hub) => {
      hub.instead(
        ({ path }) => path.includes('/commit/'),
        (exchange) => refuse(exchange, 403),
      );
      const env = { HF_ENDPOINT: hub.url, HF_TOKEN: TOKEN, HF_HOME: folder };
      const flags = ['--max_steps', '1', '--save_strategy', 'no', '--push_to_hub', '--hub_model_id', 'owner/mine'];
      const { code, stderr } = await runJob(short('job', ...flags), { env });
      equal(code, 1, stderr);
      match(stderr, /403/);
      for (const name of ['train_results.json', 'eval_results.json', 'trainer_state.json', 'README.md'])
        ok(existsSync(join(folder, 'job', name)), name);
    });
  });

  it('goes on where nobody reads what it says any more', async () => {
    const { code, stderr } = await runJob(short('job', '--max_steps', '6'), {
      onOutput(_, child) {
        child.stdout?.destroy();
        child.stderr?.destroy();
      },
    });
    equal(code, 0, stderr);
    equal(read('job', 'all_results.json').epoch, 2);
  });

  it('ends with 2 where a flag or what it names is wrong, and 1 where something else fails', async () => {
    const wrong = await runJob(['--dataset', 'clips', '--learning_rte', '1']);
    deepEqual([wrong.code, wrong.stdout], [2, '']);
    match(wrong.stderr, /^there is no --learning_rte; is --learning_rate meant\?\n$/);

    const missing = await runJob(short('job', '--dataset', folder));
    equal(missing.code, 1, missing.stderr);
    match(missing.stderr, /has no folders in it/);

    const model = await runJob(short('job', '--model', folder));
    equal(model.code, 1, model.stderr);
    doesNotMatch(model.stderr, /rows to train on/);

    const empty = await runJob(short('job', '--resume_from_checkpoint', 'true'));
    equal(empty.code, 2, empty.stderr);
    match(empty.stderr, /no checkpoint to go on from; leave out --resume_from_checkpoint/);

    const busy = await runJob([...SHORT, '--output_dir', '/dev/null/job']);
    equal(busy.code, 2);
    match(busy.stderr, /outputDir '\/dev\/null\/job' cannot be written to/);
  });

  it('says at once that the folder for its results can only be read', async () => {
    const home = join(folder, 'home');
    const output = join(folder, 'read-only');
    for (const name of [home, output]) mkdirSync(name);
    chmodSync(folder, 0o755);
    chmodSync(home, 0o777);
    chmodSync(output, 0o555);
    const { code, stderr } = await runJob([...SHORT, '--output_dir', output], { ...asAnybody(), env: { HOME: home } });
    equal(code, 2, stderr);
    match(stderr, /cannot be written to; give another folder/);
    doesNotMatch(stderr, /rows to train on/);
  });

  it('shows no token in what it writes', async () => {
    const secrets = [TOKEN, API_KEY];
    const wandb = new WandbServer();
    await wandb.start();
    wandb.instead('graphql', (response) => response.writeHead(400).end(`{"errors":[{"message":"no ${API_KEY}"}]}`));
    let [stdout, stderr] = ['', ''];
    try {
      await withHub(async (hub) => {
        hub.instead(
          ({ path }) => path.includes('/commit/'),
          (exchange) => refuse(exchange, 403, 'Forbidden', `no, ${TOKEN}`),
        );
        const env = {
          ...{ HF_ENDPOINT: hub.url, HF_HOME: folder, HF_TOKEN: TOKEN },
          ...{ WANDB_API_KEY: API_KEY, WANDB_BASE_URL: wandb.url, WANDB_MODE: '' },
        };
        const flags = ['--max_steps', '1', '--report_to', 'wandb', '--push_to_hub', '--hub_model_id', 'owner/mine'];
        const ended = await runJob(short('job', ...flags), { env });
        equal(ended.code, 1, ended.stderr);
        ({ stdout, stderr } = ended);
      });
    } finally {
      await wandb.stop();
    }
    match(stderr, /403/);
    match(stderr, /Weights & Biases/);
    const files = readdirSync(join(folder, 'job'), { recursive: true, withFileTypes: true }).filter((it) =>
      it.isFile(),
    );
    const texts = files.map((file) => readFileSync(join(file.parentPath, file.name), 'latin1'));
    for (const text of [stdout, stderr, ...texts]) {
      for (const secret of secrets) ok(!text.includes(secret));
    }
  });
});
