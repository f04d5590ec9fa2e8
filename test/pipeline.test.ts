import assert from 'node:assert/strict';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  type AudioClassificationPipeline,
  AutoFeatureExtractor,
  AutoModelForAudioClassification,
  encodeWav,
  type LabelScore,
  load,
  type PipelineAudio,
  type PipelineOptions,
  type PipelineTask,
  pipeline,
  type ScoreOptions,
  tf,
  Wav2Vec2FeatureExtractor,
  type Waveform,
} from 'onpa';
import { withServer } from './audio/server.js';
import { audio, fixture, inRepository, namedSignal } from './fixtures.js';
import { settledTensors } from './settled-tensors.js';

interface Reference {
  sound: string;
  problemType: string | null;
  options: ScoreOptions;
  scores: LabelScore[];
}

const MODEL = inRepository('test', 'fixtures', 'pipeline');
const { cases } = fixture<Reference>('pipeline');
const expected = (name: string): LabelScore[] => cases[name].scores;

/** Recordings as their path, signals as a waveform at 16 kHz. */
async function soundOf(name: string): Promise<PipelineAudio> {
  return name.includes('.') ? audio(name) : { samples: await namedSignal(name), sampleRate: 16000 };
}

function assertScores(actual: LabelScore[], reference: LabelScore[]): void {
  assert.deepEqual(
    actual.map(({ label }) => label),
    reference.map(({ label }) => label),
  );
  for (const [i, { score, label }] of reference.entries()) {
    assert.ok(Math.abs(actual[i].score - score) < 1e-5, `${label}: ${actual[i].score} instead of ${score}`);
  }
}

describe('pipeline', () => {
  let folder: string;
  let classify: AudioClassificationPipeline;

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'onpa-pipeline-'));
    classify = await pipeline('audio-classification', { model: MODEL });
  });
  after(() => {
    classify.model.dispose();
    return rm(folder, { recursive: true, force: true });
  });

  /** Runs `use` with a pipeline of a copy of the model, some keys of its configuration changed. */
  async function withChanged(
    changes: object,
    options: Partial<PipelineOptions>,
    use: (classify: AudioClassificationPipeline) => Promise<void>,
  ): Promise<void> {
    await cp(MODEL, folder, { recursive: true });
    const config = JSON.parse(await readFile(path.join(MODEL, 'config.json'), 'utf8'));
    await writeFile(path.join(folder, 'config.json'), JSON.stringify({ ...config, ...changes }));
    const changed = await pipeline('audio-classification', { model: folder, ...options });
    try {
      await use(changed);
    } finally {
      changed.model.dispose();
    }
  }

  for (const [name, { sound, problemType, options, scores }] of Object.entries(cases)) {
    it(`${name}: gives Transformers' labels and scores`, async () => {
      const heard = await soundOf(sound);
      await withChanged({ problem_type: problemType }, options, async (changed) => {
        assertScores(await changed(heard), scores);
      });
      if (problemType === null) assertScores(await classify(heard, options), scores);
    });
  }

  it('hears the same in a path, a file: URL, its text, bytes and a waveform at any rate', async () => {
    const file = audio('wav-16.wav');
    const url = pathToFileURL(file);
    const waveform = await load(file, { sampleRate: null });
    assert.notEqual(waveform.sampleRate, classify.featureExtractor.samplingRate);
    for (const sound of [file, url, url.href, await readFile(file), new Uint8Array(await readFile(file)), waveform]) {
      assertScores(await classify(sound), expected('wav-16.wav'));
    }
  });

  it('hears what a server sends', async () => {
    const bytes = await readFile(audio('flac-16.flac'));
    await withServer(
      (_, response) => response.end(bytes),
      async (url) => {
        assertScores(await classify(`${url}/sound.flac`), expected('flac-16.flac'));
        assertScores(await classify(new URL(url)), expected('flac-16.flac'));
      },
    );
  });

  it('gives as many results as there are sounds, in their order', async () => {
    const names = ['noise', 'wav-16.wav', 'trumpet'];
    const results = await classify(await Promise.all(names.map(soundOf)));
    assert.equal(results.length, 3);
    for (const [i, name] of names.entries()) assertScores(results[i], expected(name));
    assert.deepEqual(await classify([await soundOf('noise')]), [await classify(await soundOf('noise'))]);
    assert.deepEqual(await classify([]), []);
  });

  it('takes a model and a feature extractor that are loaded, out of training', async () => {
    const model = await AutoModelForAudioClassification.fromPretrained(MODEL);
    model.train({ seed: 1 });
    const extractors = [MODEL, await AutoFeatureExtractor.fromPretrained(MODEL)];
    for (const featureExtractor of extractors) {
      const own = await pipeline('audio-classification', { model, featureExtractor });
      assertScores(await own(await soundOf('noise')), expected('noise'));
    }
    model.dispose();
  });

  it("resamples to the feature extractor's rate", async () => {
    const featureExtractor = new Wav2Vec2FeatureExtractor({ samplingRate: 8000 });
    const { model } = classify;
    const slow = await pipeline('audio-classification', { model, featureExtractor });
    const samples = await namedSignal('noise');
    assertScores(await slow({ samples, sampleRate: 8000 }), expected('noise'));
  });

  it('gives equal scores to labels in their order', async () => {
    await withChanged({}, { functionToApply: 'none' }, async ({ model, featureExtractor }) => {
      for (const name of ['classifier.weight', 'classifier.bias']) {
        const variable = model.parameters.get(name)!;
        tf.tidy(() => variable.assign(tf.zerosLike(variable)));
      }
      const flat = await pipeline('audio-classification', { model, featureExtractor });
      const scores = await flat(await soundOf('noise'), { topK: null });
      assert.deepEqual(
        scores,
        Object.values(model.config.id2label).map((label) => ({ score: 1 / 7, label })),
      );
    });
  });

  it('leaves the sound alone', async () => {
    const waveform: Waveform = { samples: await namedSignal('noise'), sampleRate: 16000 };
    const before = waveform.samples.slice();
    await classify(waveform);
    assert.deepEqual(waveform.samples, before);
  });

  it('leaves no tensor behind', async () => {
    const sounds = await Promise.all(['noise', 'trumpet'].map(soundOf));
    await classify(sounds);
    const numTensors = await settledTensors();
    await classify(sounds);
    await assert.rejects(classify({ samples: new Float32Array(100), sampleRate: 16000 }));
    assert.equal(tf.memory().numTensors, numTensors);
  });

  it('leaves no tensor behind when its model is disposed of', async () => {
    const numTensors = await settledTensors();
    await withChanged({}, {}, async (changed) => {
      await changed(await soundOf('noise'));
    });
    assert.equal(tf.memory().numTensors, numTensors);
  });

  it('says how long a sound must be for one frame', async () => {
    const samples = (await namedSignal('noise')).subarray(0, 399);
    const name = 'ParameterError';
    const message = /audio has 399 samples.*at least 400 samples \(0\.0250 s\) at 16000 Hz/;
    await assert.rejects(classify({ samples, sampleRate: 16000 }), { name, message });
    await assert.rejects(classify(encodeWav({ samples, sampleRate: 16000 })), { name, message });
    const doubled = { samples: (await namedSignal('noise')).subarray(0, 798), sampleRate: 32000 };
    await assert.rejects(classify([await soundOf('noise'), doubled]), { name, message: /audio\[1\] has 399 samples/ });
    const empty = { samples: new Float32Array(0), sampleRate: 44100 };
    await assert.rejects(classify(empty), { name, message: /audio has 0 samples/ });
  });

  it('says which sample of which sound is not a number', async () => {
    const samples = (await namedSignal('noise')).slice();
    samples[17] = Number.NaN;
    const broken = { samples, sampleRate: 22050 };
    const name = 'ParameterError';
    await assert.rejects(classify(broken), { name, message: /audio\.samples\[17\] is NaN/ });
    await assert.rejects(classify(['nowhere.wav', broken]), { name, message: /audio\[1\]\.samples\[17\] is NaN/ });
    const file = encodeWav({ samples: await namedSignal('noise'), sampleRate: 22050 }, { bitDepth: '32f' });
    new DataView(file.buffer, file.byteOffset).setFloat32(file.length - 4, Number.NaN, true);
    const message = /20044 bytes of audio.*samples\[4999\] is NaN/;
    await assert.rejects(classify(file), { name: 'AudioDecodeError', message });
  });

  it('says what is no sound, before it reads any', async () => {
    const wrong: [unknown, RegExp][] = [
      [new Float32Array(1000), /audio is no sound.*sampleRate/],
      [undefined, /audio is no sound/],
      [['nowhere.wav', null], /audio\[1\] is no sound/],
      [{ samples: [0, 0], sampleRate: 16000 }, /audio\.samples is no Float32Array/],
      [{ samples: new Float32Array(1000) }, /audio\.sampleRate is undefined/],
      [{ samples: new Float32Array(1000), sampleRate: 0.5 }, /audio\.sampleRate is 0\.5/],
      [{ samples: new Float32Array(1e6), sampleRate: 1 }, /audio\.sampleRate is 1; give a number of at least 100/],
      [
        { samples: new Float32Array(1000), sampleRate: 99_999_989 },
        /audio\.sampleRate is 99999989; .* at most 1000000/,
      ],
      [{ samples: new Float32Array(1000), sampleRate: 1e12 }, /audio\.sampleRate is 1000000000000; .* at most 1000000/],
    ];
    for (const [sound, message] of wrong) {
      await assert.rejects(classify(sound as Waveform), { name: 'ParameterError', message });
    }
  });

  it('takes null for the default of each option, and for all labels as topK, as None in Python', async () => {
    const heard = await soundOf('noise');
    for (const option of ['featureExtractor', 'functionToApply', 'revision', 'hubUrl', 'accessToken']) {
      const own = await pipeline('audio-classification', { model: MODEL, [option]: null });
      assertScores(await own(heard), expected('noise'));
      assertScores(await own(heard, { functionToApply: null }), expected('noise'));
      own.model.dispose();
    }
    assert.equal((await classify(heard, { topK: null })).length, 7);
    assert.equal((await classify(await soundOf('trumpet'), { topK: undefined })).length, 5);
  });

  it('says how many samples a sound has and how many it needs, of whichever length it is', async () => {
    const least = 400;
    for (const length of [0, 1, 10, least - 1]) {
      for (const [sampleRate, own] of [
        [16000, length],
        [8000, 2 * length],
        [44100, Math.ceil((length * 16000) / 44100)],
      ]) {
        if (own >= least) continue;
        const sound = { samples: new Float32Array(length), sampleRate };
        await assert.rejects(classify(sound), {
          name: 'ParameterError',
          message: new RegExp(`^audio has ${own} samples .* at 16000 Hz; the model needs at least ${least} samples`),
        });
      }
    }
    const short = classify.featureExtractor(new Float32Array(least - 1), { samplingRate: 16000 });
    assert.throws(() => tf.tidy(() => classify.model.forward(short)), {
      name: 'ParameterError',
      message: /inputValues has 399 samples; a frame of this model needs at least 400/,
    });
    const padded = { samplingRate: 16000, padding: true } as const;
    const batch = classify.featureExtractor([new Float32Array(5000), new Float32Array(least - 1)], padded);
    assert.throws(() => tf.tidy(() => classify.model.forward(batch)), {
      name: 'ParameterError',
      message: /attentionMask\[1\] leaves 399 samples; a frame needs at least 400/,
    });
    assert.equal((await classify({ samples: new Float32Array(least), sampleRate: 16000 })).length, 5);
  });

  it('says which file cannot be read', async () => {
    const message = /nowhere\.wav.*no such file/;
    await assert.rejects(classify([await soundOf('noise'), 'nowhere.wav']), { name: 'AudioDecodeError', message });
  });

  it('says what is wrong with the options', async () => {
    const wrong: [string, object, RegExp][] = [
      ['text-classification', { model: MODEL }, /task is 'text-classification'; give one of audio-classification/],
      ['audio-classification', {}, /model is missing/],
      ['audio-classification', { model: MODEL, topK: 0 }, /topK is 0/],
      ['audio-classification', { model: MODEL, topK: 2.5 }, /topK is 2\.5/],
      [
        'audio-classification',
        { model: MODEL, functionToApply: 'tanh' },
        /functionToApply is 'tanh'.*softmax, sigmoid/,
      ],
      ['audio-classification', { model: classify.model }, /featureExtractor is missing/],
    ];
    for (const [task, options, message] of wrong) {
      const made = pipeline(task as PipelineTask, options as PipelineOptions);
      await assert.rejects(made, { name: 'ParameterError', message });
    }
    await assert.rejects(classify(audio('wav-16.wav'), { topK: -1 }), {
      name: 'ParameterError',
      message: /topK is -1/,
    });
  });
});
