import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ParameterError } from 'onpa';
import { allFlags, flagGroups } from 'onpa/dist/command/job-flags.js';
import { type Job, parseJob } from 'onpa/dist/command/parse-job.js';
import { snakeCase } from 'onpa/dist/json.js';
import { TrainingDefaults } from 'onpa/dist/training/arguments/training-defaults.js';
import { inRepository } from '../fixtures.js';
import { camelCase } from '../training/tiny.js';

/** What Transformers' parser reads. */
interface Python {
  defaults: Record<string, unknown>;
  cases: { line: string[]; values: Record<string, unknown> | null }[];
}

const python: Python = JSON.parse(readFileSync(inRepository('test', 'fixtures', 'command-line.json'), 'utf8'));

/** A job, where the data set is given. */
const jobOf = async (...line: string[]): Promise<Job> => (await parseJob([...line, '--dataset_name', 'clips'])) as Job;

/** The words of an error. */
async function refused(...line: string[]): Promise<string> {
  const error = await jobOf(...line).then(
    () => undefined,
    (error: Error) => error,
  );
  ok(error instanceof ParameterError, String(error));
  return error.message;
}

describe('The flags of npx onpa train', () => {
  const flags = allFlags(flagGroups());
  const defaults = Object.entries(new TrainingDefaults());

  it('has a flag of the right kind for each training argument, and a line about it in --help', async () => {
    const help = (await parseJob(['--help'])) as string;
    for (const [name, fallback] of defaults) {
      const flag = flags.find((flag) => flag.name === name);
      ok(flag, name);
      if (typeof fallback === 'number' || typeof fallback === 'boolean') equal(flag.kind, typeof fallback, name);
      match(help, new RegExp(`^  --${snakeCase(name)} [^\n]+\n      \\S`, 'm'));
    }
    for (const { name, help: words } of flags) ok(words.length > 5 && !/\{@|\*\//.test(words), `${name}: ${words}`);
  });

  it('have Transformers’ names and defaults, or say that they are not in it', () => {
    // Who is set up gets the log; the terminal decides on progress; and nothing is fused.
    const others = ['output_dir', 'report_to', 'disable_tqdm', 'optim'];
    const strangers: string[] = [];
    for (const [name, fallback] of defaults) {
      const key = snakeCase(name);
      if (!(key in python.defaults)) strangers.push(key);
      else if (!others.includes(key)) equal(fallback ?? null, python.defaults[key], key);
    }
    const { flags: described } = flagGroups().training;
    for (const key of strangers) {
      const words = described.find(({ name }) => snakeCase(name) === key)?.help ?? '';
      // warmup_ratio is of earlier versions.
      ok(key === 'warmup_ratio' || words.includes('Not in Transformers'), key);
    }
  });

  for (const { line, values } of python.cases) {
    it(`read '${line.join(' ')}' as Transformers does`, async () => {
      if (values === null) return void (await rejects(jobOf(...line), ParameterError));
      const { args, model } = await jobOf(...line);
      const read = { ...model, ...args } as unknown as Record<string, unknown>;
      for (const [name, value] of Object.entries(camelCase(values))) equal(read[name], value, name);
    });
  }

  it('may have short names, and be written as in TypeScript', async () => {
    const job = (await parseJob(['--dataset', 'clips', '--model=base', '--learningRate', '1e-3'])) as Job;
    deepEqual([job.data.datasetName, job.model.modelNameOrPath, job.args.learningRate], ['clips', 'base', 1e-3]);
    equal((await jobOf('--no_dataloader_drop_last')).args.dataloaderDropLast, false);
  });

  it('cut segments of an evaluation as long as those of a training, where there are several', async () => {
    const seconds = async (...line: string[]) => (await jobOf(...line)).data.maxEvalLengthSeconds;
    equal(await seconds('--eval_segments', '1'), 30);
    equal(await seconds('--eval_segments', '3'), 20);
    equal(await seconds('--eval_segments', '3', '--max_length_seconds', '5'), 5);
    equal(await seconds('--eval_segments', '3', '--max_eval_length_seconds', '8'), 8);
  });

  it('take lists', async () => {
    deepEqual((await jobOf('--report_to', 'tensorboard', 'wandb')).args.reportTo, ['tensorboard', 'wandb']);
    deepEqual((await jobOf('--report_to=tensorboard,wandb')).args.reportTo, ['tensorboard', 'wandb']);
  });

  it('take objects as JSON, with names as in Python, and texts in their place', async () => {
    const { clips, trainer } = await jobOf('--augment', '{"gain": {"min_gain_in_db": -6}}', '--class_weights=[1, 2]');
    deepEqual([clips.augment, trainer.classWeights], [{ gain: { minGainInDb: -6 } }, [1, 2]]);
    equal((await jobOf('--class_weights', 'balanced')).trainer.classWeights, 'balanced');
    const { args } = await jobOf('--optim', 'sgd', '--optim_args', 'momentum=0.9');
    deepEqual([args.optim, args.optimArgs], ['sgd', 'momentum=0.9']);
    const polynomial = await jobOf('--lr_scheduler_type', 'polynomial', '--lr_scheduler_kwargs', '{"lr_end": 1e-6}');
    deepEqual(polynomial.args.lrSchedulerKwargs, { lrEnd: 1e-6 });
  });

  it('stop early where that is asked for, and then count on where a training goes on', async () => {
    const { callbacks, args } = await jobOf('--early_stopping_patience', '3');
    equal(callbacks[0].earlyStoppingPatience, 3);
    equal(args.restoreCallbackStatesFromCheckpoint, true);
    deepEqual((await jobOf()).callbacks, []);
  });

  it('train and evaluate unless one of both is asked for', async () => {
    const asked = async (...line: string[]) => {
      const { doTrain, doEval } = (await jobOf(...line)).job;
      return [doTrain, doEval];
    };
    deepEqual(await asked(), [true, true]);
    deepEqual(await asked('--do_train'), [true, false]);
    deepEqual(await asked('--do_eval'), [false, true]);
    deepEqual(await asked('--do_train', '--do_eval'), [true, true]);
    match(await refused('--no_do_train', '--no_do_eval'), /nothing to do/);
  });

  it('freeze the feature encoder unless told otherwise, as the example script does', async () => {
    equal((await jobOf()).args.freezeFeatureEncoder, true);
    equal((await jobOf('--freeze_feature_encoder', 'false')).args.freezeFeatureEncoder, false);
  });

  it('are refused with what to do instead', async () => {
    match(await refused('--learning_rte', '1'), /there is no --learning_rte; is --learning_rate meant\?/);
    match(await refused('--evaluation_strategy', 'no'), /is --eval_strategy meant\?/);
    match(await refused('--qqqqqqqqqqqqqqqq'), /--help lists all/);
    match(await refused('--seed'), /--seed lacks its value/);
    match(await refused('--seed', '--bf16'), /--seed lacks its value/);
    match(await refused('--seed', 'seven'), /--seed is "seven"; give a number/);
    match(await refused('--logging_first_step', 'maybe'), /--logging_first_step is "maybe"; give true or false/);
    match(await refused('stray'), /'stray' is no flag/);
    match(await refused('--max_steps', '1.5'), /maxSteps is 1.5; give a whole number/);
    match(await refused('--log_format', 'xml'), /log_format is 'xml'; give one of text, json/);
    match(await refused('--audio_column_name', 'sound'), /leave it out/);
    match(
      await refused('--eval_split_name', 'test', '--test_size', '0.2'),
      /eval_split_name and test_size .*; give one of them/,
    );
    match(await refused('--fold', '5'), /fold is 5; give a number of at least 0 and at most 4/);
    match(await refused('--group_by', 'artist'), /give --fold/);
    match(await refused('--train_file', 'a.txt'), /go together/);
    match(await refused('--early_stopping_patience', '0'), /earlyStoppingPatience is 0/);
    match(await refused('--optim_args', '{"momentum"'), /--optim_args is no JSON: line 1/);
    match(
      await refused('--output_dir', 'my run'),
      /does not end in a name that a repository could have; give hubModelId/,
    );
    match(await refused('--dataloader_num_workers', '2'), /give --num_workers/);
    await rejects(parseJob([]), /--dataset_name is missing/);
  });

  it('never repeat a token', async () => {
    for (const line of [['--token=hf_secret'], ['--hub_token', 'hf_secret'], ['--hf_tokn=hf_secret']]) {
      const message = await refused(...line);
      ok(!message.includes('hf_secret'), message);
    }
    match(await refused('--token=hf_secret'), /set HF_TOKEN/);
  });
});

describe('A file of arguments', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'onpa-arguments-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  function write(name: string, text: string): string {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  }

  it('is JSON or YAML, and flags after it take its place', async () => {
    const json = write('a.json', '{"dataset_name": "clips", "seed": 7, "run_name": null, "eval_strategy": "epoch"}');
    const yaml = write('a.yaml', 'dataset_name: clips\nseed: 7\neval_strategy: epoch\nrun_name:\n');
    for (const file of [json, yaml]) {
      const { data, args } = (await parseJob([file, '--seed=8'])) as Job;
      deepEqual([data.datasetName, args.seed, args.evalStrategy, args.runName], ['clips', 8, 'epoch', undefined]);
    }
    const more = write(
      'b.yml',
      'learning_rate: 5e-5\nreport_to: [tensorboard]\neval_strategy: no\nrun_name: 12\nseed: "7"',
    );
    const { args } = await jobOf(more);
    deepEqual(
      [args.learningRate, args.reportTo, args.evalStrategy, args.runName, args.seed],
      [5e-5, 'tensorboard', 'no', '12', 7],
    );
  });

  it('is refused where it cannot be read, or has a name or value that is wrong', async () => {
    match(await refused(join(folder, 'none.json')), /none\.json cannot be read: ENOENT/);
    match(await refused(write('a.json', '{')), /a\.json cannot be read: line 1/);
    match(await refused(write('a.yaml', 'a: [')), /a\.yaml cannot be read/);
    match(await refused(write('list.yaml', '- seed')), /no arguments by their names/);
    match(await refused(write('b.json', '{"sed": 1}')), /b\.json: there is no --sed; is --seed meant\?/);
    match(await refused(write('c.json', '{"seed": [1]}')), /seed in .*c\.json is \[1\]; give a number/);
    match(await refused(write('d.json', '{"logging_first_step": 1}')), /is 1; give true or false/);
  });
});
