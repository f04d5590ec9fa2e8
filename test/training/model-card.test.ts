import { deepEqual, equal, match, ok, rejects, throws } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  AutoFeatureExtractor,
  AutoModelForAudioClassification,
  CheckpointError,
  type HubertForSequenceClassification,
  type LogEntry,
  type ModelCardOptions,
  ParameterError,
  Trainer,
  TrainerState,
  TrainingArguments,
  type TrainingOptions,
} from 'onpa';
import { pythonFloat, roundedFloat } from 'onpa/dist/training/python-number.js';
import { parse } from 'yaml';
import { inRepository } from '../fixtures.js';
import { withHub } from '../hub/running-hub.js';
import { TOKEN } from '../hub/server.js';
import { ownCache } from '../hub/surroundings.js';

interface Reference {
  log: LogEntry[];
  arguments: Record<string, unknown>;
  options: Record<string, unknown>;
  metadata: object;
  table: string | null;
  results: string[] | null;
  hyperparameters: string[];
}

const { cases } = JSON.parse(readFileSync(inRepository('test', 'fixtures', 'model-card.json'), 'utf8')) as {
  cases: Record<string, Reference>;
};
const MODEL = inRepository('test', 'fixtures', 'trained');
const camelCase = (object: Record<string, unknown>): object =>
  Object.fromEntries(Object.entries(object).map(([key, v]) => [key.replace(/_(.)/g, (_, c) => c.toUpperCase()), v]));

/** The lines from one that begins a part to the next heading. */
function part(card: string, heading: string): string[] {
  const after = card.split(`\n${heading}\n`)[1] ?? '';
  return after.split(/\n#/)[0].trim().split('\n');
}

describe('the model card of a training', () => {
  let model: HubertForSequenceClassification;
  let folder: string;
  before(async () => {
    model = await AutoModelForAudioClassification.fromPretrained(MODEL);
  });
  after(() => model.dispose());
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'onpa-card-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  async function cardOf(log: LogEntry[], args: TrainingOptions, options: ModelCardOptions): Promise<string> {
    const trainer = new Trainer({ model, args: { outputDir: path.join(folder, 'genres'), ...args } });
    trainer.state = { ...trainer.state, logHistory: log };
    return readFile(await trainer.createModelCard(options), 'utf8');
  }

  for (const [name, { log, arguments: args, options, ...expected }] of Object.entries(cases)) {
    it(`says what Transformers' says: one ${name}`, async () => {
      const card = await cardOf(log, camelCase(args), camelCase(options));
      const [, yaml, text] = card.split(/^---$/m);
      deepEqual(parse(yaml), expected.metadata);
      equal(Object.keys(parse(yaml)).join(), Object.keys(expected.metadata).join());
      const results = text.split('\n## ')[0].split('\n');
      deepEqual(
        results.filter((line) => line.startsWith('- ')),
        expected.results ?? [],
      );
      const parameters = part(text, '### Training hyperparameters').filter((line) => !line.startsWith('- optimizer'));
      deepEqual(
        parameters,
        expected.hyperparameters.filter((line) => !line.startsWith('- optimizer')),
      );
      if (expected.table) equal(part(text, '### Training results').join('\n'), expected.table.trim());
      else equal(part(text, '### Training results').join(''), '');
    });
  }

  it('has the headings that readers of such cards know', async () => {
    const card = await cardOf(cases["the tutorial's"].log, { adamBeta1: 0.8, warmupRatio: 0.1 }, {});
    deepEqual(card.match(/^#+ .*$/gm), [
      '# genres',
      '## Model description',
      '## Intended uses & limitations',
      '## Training and evaluation data',
      '## Training procedure',
      '### Training hyperparameters',
      '### Training results',
      '### Framework versions',
    ]);
    match(card, /^- optimizer: AdamW with betas=\(0\.8,0\.999\) and epsilon=1e-08$/m);
    match(card, /^- lr_scheduler_warmup_ratio: 0\.1$/m);
    match(card, /^- TensorFlow \d+\.\d+\.\d+$/m);
    match(card, /It tells 3 classes apart: low, middle, high\./);
  });

  it('says how batches were mixed, where they were', async () => {
    match(await cardOf([], { mixupAlpha: 0.2, mixupProb: 0.5 }, {}), /^- mixup_alpha: 0\.2\n- mixup_prob: 0\.5$/m);
    match(await cardOf([], { mixupAlpha: 1 }, {}), /^- mixup_alpha: 1\.0\n(?!- mixup_prob)/m);
    ok(!(await cardOf([], {}, {})).includes('mixup'));
  });

  it('tells optimiser, schedule, class weights and order where they are not the usual ones', async () => {
    const args: TrainingOptions = {
      outputDir: path.join(folder, 'genres'),
      optim: 'sgd',
      optimArgs: { momentum: 0.9, nesterov: true },
      weightDecay: 0.1,
      lrSchedulerType: 'polynomial',
      lrSchedulerKwargs: { power: 2, lrEnd: 1e-6 },
      trainSamplingStrategy: 'group_by_length',
    };
    const trainer = new Trainer({ model, args, classWeights: [1, 0.5, 2] });
    const lines = part(await readFile(await trainer.createModelCard(), 'utf8'), '### Training hyperparameters');
    for (const line of [
      '- optimizer: SGD with momentum=0.9,nesterov=true and weight_decay=0.1',
      '- lr_scheduler_kwargs: power=2, lr_end=1e-06',
      '- class_weights: [1.0, 0.5, 2.0]',
      '- train_sampling_strategy: group_by_length',
    ]) {
      ok(lines.includes(line), `${line} is not among\n${lines.join('\n')}`);
    }
  });

  it('names folders of the machine by their last part, and in the text alone', async () => {
    const options = { finetunedFrom: path.join(folder, 'my-hubert'), datasetTags: inRepository('data', 'mini-genres') };
    const card = await cardOf(cases["the tutorial's"].log, {}, options);
    const metadata = parse(card.split(/^---$/m)[1]);
    equal('base_model' in metadata || 'datasets' in metadata, false);
    match(card, /^Fine-tuned from my-hubert on mini-genres\.$/m);
    ok(!card.includes(folder) && !card.includes(inRepository()));
  });

  it('says in words what comes with the course, which the Hub does not have', async () => {
    const options = { finetunedFrom: 'onpa:models/mini-hubert', datasetTags: 'onpa:mini-genres' };
    const card = await cardOf(cases["the tutorial's"].log, {}, options);
    const metadata = parse(card.split(/^---$/m)[1]);
    deepEqual(Object.keys(metadata), ['library_name', 'tags', 'metrics', 'model-index']);
    deepEqual(metadata['model-index'], [{ name: 'genres', results: [] }]);
    match(card, /^Fine-tuned from mini-hubert, which comes with onpa, on mini-genres, which comes with onpa\.$/m);
    const named = await cardOf([], {}, { ...options, dataset: 'composed clips' });
    match(named, /^Fine-tuned from mini-hubert, which comes with onpa, on composed clips\.$/m);
  });

  it('links the base model where the Hub has it', async () => {
    const card = await cardOf([], {}, { finetunedFrom: 'ntu-spml/distilhubert', dataset: ['GTZAN', 'FMA'] });
    match(
      card,
      /^Fine-tuned from \[ntu-spml\/distilhubert\]\(https:\/\/huggingface\.co\/ntu-spml\/distilhubert\) on GTZAN, FMA\.$/m,
    );
  });

  it('prints floats as Python does', () => {
    const floats: [number, string][] = [
      [1, '1.0'],
      [0, '0.0'],
      [5e-5, '5e-05'],
      [1e-4, '0.0001'],
      [1.25e-12, '1.25e-12'],
      [1e16, '1e+16'],
      [123456789, '123456789.0'],
      [-0.5, '-0.5'],
      [Number.NaN, 'nan'],
    ];
    for (const [x, text] of floats) equal(pythonFloat(x), text);
    // Python rounds halves to the even digit.
    deepEqual([0.90625, 0.84375, 0.123456, 0.1, 2 / 3].map(roundedFloat), [
      '0.9062',
      '0.8438',
      '0.1235',
      '0.1',
      '0.6667',
    ]);
  });
});

describe('a trainer that is put together again', () => {
  const cache = ownCache();
  let model: HubertForSequenceClassification;
  before(async () => {
    model = await AutoModelForAudioClassification.fromPretrained(MODEL);
  });
  after(() => model.dispose());

  /** As if it had trained: arguments, state and a log of TensorBoard. */
  async function trainerOf(options: TrainingOptions = {}): Promise<Trainer> {
    const outputDir = path.join(cache.home, 'genres');
    const first = new Trainer({ model, args: { outputDir, learningRate: 3e-4, seed: 7, evalStrategy: 'epoch' } });
    await first.saveModel(path.join(cache.home, 'saved'));
    const featureExtractor = await AutoFeatureExtractor.fromPretrained(MODEL);
    const args = await TrainingArguments.loadFromJson(path.join(cache.home, 'saved', 'training_args.json'), options);
    const trainer = new Trainer({ model, args, featureExtractor });
    trainer.state = await TrainerState.loadFromJson(path.join(MODEL, 'trainer_state.json'));
    trainer.state.bestModelCheckpoint = path.join(outputDir, 'checkpoint-8');
    await mkdir(path.join(outputDir, 'runs', 'monday'), { recursive: true });
    await writeFile(path.join(outputDir, 'runs', 'monday', 'events.out.tfevents.1.host'), 'log');
    await mkdir(path.join(outputDir, 'checkpoint-8'));
    return trainer;
  }
  const CARD = { datasetTags: 'me/tones', dataset: 'Tones', finetunedFrom: 'me/base' };
  const FILES = [
    'README.md',
    'config.json',
    'model.safetensors',
    'preprocessor_config.json',
    'runs/monday/events.out.tfevents.1.host',
    'trainer_state.json',
  ];

  it('pushes model, extractor, state, log and card as one commit, to the repository named like its folder', async () => {
    const trainer = await trainerOf();
    await withHub(async (hub) => {
      hub.commit('me/base', { 'config.json': '{}' });
      const { files, commitMessage } = await trainer.pushToHub({ ...CARD, hubUrl: hub.url, accessToken: TOKEN });
      deepEqual(files, FILES);
      equal(commitMessage, 'End of training');
      const { commits, refs, history } = hub.find('model', 'owner/genres')!;
      equal(history.filter(({ title }) => title === 'End of training').length, 1);
      const pushed = commits.get(refs.get('main')!)!;
      const text = (name: string) => pushed.get(name)!.bytes.toString();
      const metadata = parse(text('README.md').split(/^---$/m)[1]);
      equal(metadata['model-index'][0].results[0].metrics[0].value, 4 / 6);
      match(text('README.md'), /^- learning_rate: 0\.0003$/m);
      equal(JSON.parse(text('trainer_state.json')).best_model_checkpoint, 'checkpoint-8');
      equal(JSON.parse(text('trainer_state.json')).global_step, 8);
    });
  });

  it('takes hubModelId and hubPrivateRepo, and the licence of the base model', async () => {
    const trainer = await trainerOf({ hubModelId: 'owner/other', hubPrivateRepo: true });
    await withHub(async (hub) => {
      hub.instead(
        ({ path }) => path === '/api/models/me/base/revision/main',
        ({ response }) => response.end('{"tags": ["audio", "license:apache-2.0"]}'),
      );
      await trainer.pushToHub({ ...CARD, hubUrl: hub.url, accessToken: TOKEN });
      const { access, commits, refs } = hub.find('model', 'owner/other')!;
      equal(access, 'private');
      const card = commits.get(refs.get('main')!)!.get('README.md')!.bytes.toString();
      equal(parse(card.split(/^---$/m)[1]).license, 'apache-2.0');
    });
  });

  it('asks the Hub nothing about a model that comes with the course', async () => {
    const trainer = await trainerOf();
    await withHub(async (hub) => {
      const finetunedFrom = 'onpa:models/mini-hubert';
      await trainer.pushToHub({ finetunedFrom, hubUrl: hub.url, accessToken: TOKEN });
      ok(hub.seen.every(({ path }) => !path.includes('mini-hubert')));
      const { commits, refs } = hub.find('model', 'owner/genres')!;
      const card = commits.get(refs.get('main')!)!.get('README.md')!.bytes.toString();
      equal('base_model' in parse(card.split(/^---$/m)[1]), false);
    });
  });

  it('pushes the same files into a folder, without a token and without a request', async () => {
    const trainer = await trainerOf();
    await withHub(async (hub) => {
      process.env.HF_ENDPOINT = hub.url;
      const folder = path.join(cache.home, 'pushed');
      const { files } = await trainer.pushToHub({ ...CARD, folder });
      deepEqual(files, FILES);
      const there = await readdir(folder, { recursive: true, withFileTypes: true });
      equal(there.filter((entry) => entry.isFile()).length, FILES.length);
      equal(hub.seen.length, 0);
      const again = await AutoModelForAudioClassification.fromPretrained(folder);
      deepEqual(again.config.id2label, model.config.id2label);
      again.dispose();
    });
  });

  it('is refused without a token, and where no repository could have its name', async () => {
    const trainer = await trainerOf();
    await withHub(async (hub) => {
      await rejects(trainer.pushToHub({ hubUrl: hub.url }), { name: 'HubError', message: /settings\/tokens/ });
      equal(hub.find('model', 'owner/genres'), undefined);
    });
    const unnamed = new Trainer({ model, args: { outputDir: path.join(cache.home, 'two words') } });
    await rejects(unnamed.pushToHub(), { name: 'ParameterError', message: /two words.*give hubModelId/ });
  });

  it('keeps arguments and state as they were', async () => {
    const trainer = await trainerOf();
    equal(trainer.args.learningRate, 3e-4);
    equal(trainer.args.seed, 7);
    equal(trainer.args.saveTotalLimit, undefined);
    equal(trainer.state.globalStep, 8);
    await trainer.saveState();
    deepEqual(await TrainerState.loadFromJson(path.join(trainer.args.outputDir, 'trainer_state.json')), trainer.state);
  });

  it('says what is wrong with a file that is none of a training', async () => {
    await rejects(TrainerState.loadFromJson(path.join(cache.home, 'none.json')), CheckpointError);
    const config = path.join(MODEL, 'config.json');
    await writeFile(path.join(cache.home, 'list.json'), '{"log_history": 3}');
    await rejects(TrainerState.loadFromJson(path.join(cache.home, 'list.json')), /is no state of a training/);
    await writeFile(
      path.join(cache.home, 'typed.json'),
      '{"global_step": 2, "log_history": [{}], "best_metric": "0.9"}',
    );
    await rejects(TrainerState.loadFromJson(path.join(cache.home, 'typed.json')), /best_metric is "0.9"; give the/);
    await rejects(TrainingArguments.loadFromJson(config), /holds no training arguments/);
  });

  it('takes no token among the arguments of training', () => {
    const withToken = { hubToken: 'secret' } as TrainingOptions;
    throws(
      () => new TrainingArguments(withToken),
      (error: Error) =>
        error instanceof ParameterError && /login\(\)/.test(error.message) && !/secret/.test(error.message),
    );
    throws(() => new TrainingArguments({ hubModelId: 'a b' }), /hubModelId is 'a b'; give 'owner\/name'/);
  });
});
