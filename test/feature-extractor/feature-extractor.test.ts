import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { inspect } from 'node:util';
import {
  AutoFeatureExtractor,
  type BatchFeature,
  type FeatureExtractionOptions,
  type PreprocessorConfig,
  type RawAudio,
  Wav2Vec2FeatureExtractor,
} from 'onpa';
import { at, fixture, relativeError, signal } from '../fixtures.js';

interface Batch {
  options: Partial<PreprocessorConfig>;
  inputs: string[];
  call: FeatureExtractionOptions;
  masked: boolean;
}

interface File {
  options: Partial<PreprocessorConfig>;
  json: Record<string, unknown>;
}

type Call = [audio: RawAudio | readonly RawAudio[], options: FeatureExtractionOptions, message: RegExp];

const reference = fixture<never>('feature-extractor');
const { batches, files } = reference.cases as unknown as {
  batches: Record<string, Batch>;
  files: Record<string, File>;
};
const input = (name: string): Float32Array => reference.tensor(`input/${name}`, 'F32').data;

function settingsOf(extractor: Wav2Vec2FeatureExtractor): PreprocessorConfig {
  const { savePretrained: _, ...settings } = extractor;
  return settings;
}

/** Runs `use`, and gives back the warnings that it wrote. */
function warningsOf(use: () => unknown): string[] {
  const { warn } = console;
  const warnings: string[] = [];
  console.warn = (message: string) => warnings.push(message);
  try {
    use();
  } finally {
    console.warn = warn;
  }
  return warnings;
}

describe('Wav2Vec2FeatureExtractor', () => {
  for (const [name, { options, inputs, call, masked }] of Object.entries(batches)) {
    it(`${name}: gives Transformers' numbers`, () => {
      const extractor = new Wav2Vec2FeatureExtractor(options);
      const audio = inputs.length === 1 ? input(inputs[0]) : inputs.map(input);
      const { inputValues, attentionMask } = extractor(audio, { samplingRate: 16000, ...call });
      assert.equal(inputValues.length, inputs.length);
      for (const [i, row] of inputValues.entries()) {
        const expected = reference.tensor(`${name}/${i}`, 'F32').data;
        assert.ok(relativeError(row, expected) < 1e-6, `row ${i} is off by ${relativeError(row, expected)}`);
      }
      const masks = masked ? inputs.map((_, i) => reference.tensor(`${name}/mask ${i}`, 'I32').data) : undefined;
      assert.deepEqual(attentionMask, masks);
    });
  }

  it("30 s with an offset give Transformers' numbers", () => {
    const trumpet = signal('trumpet');
    const clip = Float32Array.from({ length: 480000 }, (_, i) => trumpet[i % trumpet.length] + 0.125);
    const [row] = new Wav2Vec2FeatureExtractor()(clip, { samplingRate: 16000 }).inputValues;
    const positions = reference.tensor('30 s/at', 'I32').data;
    assert.ok(relativeError(at(row, positions), reference.tensor('30 s/values', 'F32').data) < 1e-6);
  });

  it('takes samples of any kind, alone or in a batch, and waveforms with their rate', () => {
    const samples = input('short');
    const extractor = new Wav2Vec2FeatureExtractor();
    const expected = extractor(samples, { samplingRate: 16000 });
    const waveform = { samples, sampleRate: 16000 };
    const alike: BatchFeature[] = [
      extractor([...samples], { samplingRate: 16000 }),
      extractor(Float64Array.from(samples), { samplingRate: 16000 }),
      extractor([samples], { samplingRate: 16000 }),
      extractor([[...samples]], { samplingRate: 16000 }),
      extractor(waveform),
      extractor([waveform], { samplingRate: 16000 }),
    ];
    for (const batch of alike) assert.deepEqual(batch, expected);
  });

  it('leaves the audio that it was given alone, and its result is its own', () => {
    const samples = input('short').slice();
    for (const doNormalize of [true, false]) {
      const extractor = new Wav2Vec2FeatureExtractor({ doNormalize });
      extractor(samples, { samplingRate: 16000, truncation: true, maxLength: 30 }).inputValues[0].fill(9);
      assert.deepEqual(samples, input('short'));
    }
  });

  it('refuses another sampling rate, with the line that mends it', () => {
    const extractor = new Wav2Vec2FeatureExtractor();
    const mend = /16000.*resample\(samples, \{ from: 22050, to: 16000 \}\)/;
    const name = 'SamplingRateError';
    assert.throws(() => extractor([0.5], { samplingRate: 22050 }), { name, message: mend });
    const [good, bad] = [16000, 22050].map((sampleRate) => ({ samples: input('short'), sampleRate }));
    assert.throws(() => extractor(bad), { name, message: mend });
    assert.throws(() => extractor([good, bad]), { name, message: /audio\[1\].*22050/ });
    assert.throws(() => extractor(bad, { samplingRate: 16000 }), { name, message: mend });
  });

  it('warns once where nothing says at which rate the samples were taken', () => {
    const extractor = new Wav2Vec2FeatureExtractor();
    const samples = input('short');
    const warnings = warningsOf(() => {
      extractor({ samples, sampleRate: 16000 });
      extractor(samples, { samplingRate: 16000 });
      extractor([samples, samples]);
      extractor(samples);
    });
    assert.equal(warnings.length, 1);
    assert.match(warnings[0], /samplingRate.*16000 Hz/);
  });

  it('says which row and sample is not a number', () => {
    const extractor = new Wav2Vec2FeatureExtractor();
    const broken = input('short').slice();
    broken[12] = Number.NaN;
    const name = 'ParameterError';
    assert.throws(() => extractor(broken, { samplingRate: 16000 }), { name, message: /audio\[12\] is NaN/ });
    const rows = [input('long'), broken];
    assert.throws(() => extractor(rows, { samplingRate: 16000 }), { name, message: /audio\[1\]\[12\] is NaN/ });
    assert.throws(() => extractor([0, 1e300], { samplingRate: 16000 }), { name, message: /audio\[1\] is Infinity/ });
  });

  it('says what is wrong with audio and options before it does anything', () => {
    const extractor = new Wav2Vec2FeatureExtractor();
    const samples = input('short');
    const stereo = [samples, samples] as unknown as RawAudio;
    const wrong: Call[] = [
      [[], {}, /audio is empty/],
      [new Float32Array(0), {}, /audio is empty/],
      [[samples, []], {}, /audio\[1\] is empty/],
      [[stereo], {}, /audio\[0\] has several channels/],
      ['speech.wav' as unknown as RawAudio, {}, /audio is no waveform/],
      [[null as unknown as RawAudio], {}, /audio\[0\] is no waveform/],
      [samples, { padding: 'max' as 'longest' }, /padding is 'max'.*longest, max_length/],
      [samples, { padding: 'max_length' }, /'max_length' needs.*maxLength/],
      [samples, { truncation: true }, /truncation needs.*maxLength/],
      [samples, { truncation: 'longest_first' as unknown as boolean }, /truncation is 'longest_first'/],
      [samples, { maxLength: 0 }, /maxLength is 0/],
      [samples, { maxLength: 12.5 }, /maxLength is 12\.5/],
      [samples, { padToMultipleOf: -8 }, /padToMultipleOf is -8/],
      [samples, { returnAttentionMask: 1 as unknown as boolean }, /returnAttentionMask is 1/],
    ];
    for (const [audio, options, message] of wrong) {
      assert.throws(() => extractor(audio, { samplingRate: 16000, ...options }), { name: 'ParameterError', message });
    }
    assert.throws(() => new Wav2Vec2FeatureExtractor({ samplingRate: 0 }), /samplingRate is 0/);
    assert.throws(() => new Wav2Vec2FeatureExtractor({ paddingSide: 'both' as 'left' }), /paddingSide is 'both'/);
  });

  it('takes null for the default of each option, as None in Python', () => {
    const samples = [input('long'), input('short')];
    const whole = { padding: true, samplingRate: 16000 };
    const expected = new Wav2Vec2FeatureExtractor()(samples, whole);
    for (const field of Object.keys(settingsOf(new Wav2Vec2FeatureExtractor()))) {
      const extractor = new Wav2Vec2FeatureExtractor({ [field]: null });
      assert.deepEqual(settingsOf(extractor), settingsOf(new Wav2Vec2FeatureExtractor()));
      assert.deepEqual(extractor(samples, whole), expected);
    }
    const extractor = new Wav2Vec2FeatureExtractor({ returnAttentionMask: true });
    const plain = extractor(samples, { samplingRate: 16000 });
    for (const option of ['padding', 'maxLength', 'truncation', 'padToMultipleOf', 'returnAttentionMask']) {
      assert.deepEqual(extractor(samples, { samplingRate: 16000, [option]: null }), plain, option);
    }
    const [waveform] = samples.map((row) => ({ samples: row, sampleRate: 16000 }));
    assert.deepEqual(extractor(waveform, { samplingRate: null }), extractor(waveform));
    assert.deepEqual(new Wav2Vec2FeatureExtractor(null as never)(samples, whole), expected);
  });

  it('refuses rates that no sound has, and padding beyond all memory, before it makes any', () => {
    for (const samplingRate of [1, 99, 1_000_001, 1e8, 1e12, 16000.5]) {
      const message = new RegExp(`samplingRate is ${samplingRate}; give`);
      assert.throws(() => new Wav2Vec2FeatureExtractor({ samplingRate }), { name: 'ParameterError', message });
    }
    for (const samplingRate of [100, 8000, 1_000_000]) new Wav2Vec2FeatureExtractor({ samplingRate });
    const extractor = new Wav2Vec2FeatureExtractor();
    for (const options of [
      { padding: 'max_length', maxLength: 1e12 } as const,
      { padding: true, padToMultipleOf: 1e12 },
    ]) {
      const call = () => extractor(input('short'), { samplingRate: 16000, ...options });
      assert.throws(call, { name: 'ParameterError', message: /Padding to 1000000000000 samples .* 268435456 allowed/ });
    }
  });

  it('shows a value that is no value in a message that can be read', () => {
    const wrong: unknown[] = [
      { toString: 1, valueOf: 1 },
      [1, 2],
      'x'.repeat(1e6),
      new Array(1e6).fill(0),
      Symbol('a'),
      10n,
    ];
    for (const samplingRate of wrong) {
      assert.throws(() => new Wav2Vec2FeatureExtractor({ samplingRate: samplingRate as number }), {
        name: 'ParameterError',
        message: /^samplingRate is .{1,104}; give a whole number of at least 1$/,
      });
    }
  });

  it('is a function that shows its settings, and an instance of its class', () => {
    const extractor = new Wav2Vec2FeatureExtractor({ paddingValue: -1 });
    assert.ok(extractor instanceof Wav2Vec2FeatureExtractor);
    assert.equal(extractor.call(undefined, [1, 2], { samplingRate: 16000 }).inputValues[0].length, 2);
    assert.deepEqual(settingsOf(extractor), {
      doNormalize: true,
      featureSize: 1,
      paddingSide: 'right',
      paddingValue: -1,
      returnAttentionMask: false,
      samplingRate: 16000,
    });
    assert.match(inspect(extractor), /Wav2Vec2FeatureExtractor.*\n\s+doNormalize: true/);
  });
});

describe('AutoFeatureExtractor', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'onpa-extractor-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const save = (json: unknown, file = 'preprocessor_config.json') =>
    writeFile(path.join(folder, file), typeof json === 'string' ? json : JSON.stringify(json));
  const saved = async () => JSON.parse(await readFile(path.join(folder, 'preprocessor_config.json'), 'utf8'));

  for (const [name, { options, json }] of Object.entries(files)) {
    it(`writes and reads the file that Transformers writes for ${name}`, async () => {
      const extractor = new Wav2Vec2FeatureExtractor(options);
      const inside = path.join(folder, 'made', 'on the way');
      await extractor.savePretrained(inside);
      assert.deepEqual(await readdir(inside), ['preprocessor_config.json']);
      const text = await readFile(path.join(inside, 'preprocessor_config.json'), 'utf8');
      assert.equal(text, `${JSON.stringify(json, null, 2)}\n`);
      assert.deepEqual(settingsOf(await AutoFeatureExtractor.fromPretrained(inside)), settingsOf(extractor));
    });
  }

  it('lets options override what the file says', async () => {
    await save(files['the defaults'].json);
    const given = { doNormalize: false, returnAttentionMask: true };
    for (const { fromPretrained } of [AutoFeatureExtractor, Wav2Vec2FeatureExtractor]) {
      const extractor = await fromPretrained(folder, { ...given, samplingRate: undefined });
      assert.deepEqual(settingsOf(extractor), settingsOf(new Wav2Vec2FeatureExtractor(given)));
    }
  });

  it('takes null for what the file says, and for the default of each option of the Hub', async () => {
    await save(files.others.json);
    const expected = settingsOf(await AutoFeatureExtractor.fromPretrained(folder));
    const options = [...Object.keys(expected), 'revision', 'hubUrl', 'accessToken'];
    for (const names of [...options.map((name) => [name]), options]) {
      const given = Object.fromEntries(names.map((name) => [name, null]));
      assert.deepEqual(settingsOf(await AutoFeatureExtractor.fromPretrained(folder, given)), expected, names.join());
    }
  });

  it('takes None in a file where Transformers does', async () => {
    await save({ ...files['the defaults'].json, return_attention_mask: null });
    assert.equal((await AutoFeatureExtractor.fromPretrained(folder)).returnAttentionMask, false);
    await save({ model_type: 'hubert' }, 'config.json');
    await save({ ...files['the defaults'].json, feature_extractor_type: null });
    assert.equal((await AutoFeatureExtractor.fromPretrained(folder)).samplingRate, 16000);
  });

  it("keeps NaN and Infinity in fields that it does not know, as Python's json writes them", async () => {
    await save(
      JSON.stringify({ ...files['the defaults'].json, note: 'mark' }).replace('"mark"', '[NaN, -Infinity, "NaN"]'),
    );
    await (await AutoFeatureExtractor.fromPretrained(folder)).savePretrained(folder);
    const text = await readFile(path.join(folder, 'preprocessor_config.json'), 'utf8');
    assert.match(text, /"note": \[\n +NaN,\n +-Infinity,\n +"NaN"\n +\]/);
    await save('{"feature_extractor_type": "Wav2Vec2FeatureExtractor", "padding_value": NaN}');
    const message = /preprocessor_config\.json: padding_value is NaN/;
    await assert.rejects(AutoFeatureExtractor.fromPretrained(folder), { name: 'CheckpointError', message });
  });

  it('keeps fields that it does not know, and leaves out the processor', async () => {
    await save({ ...files.others.json, processor_class: 'Wav2Vec2Processor', tokenizer_note: [1, 2] });
    await (await AutoFeatureExtractor.fromPretrained(folder, { doNormalize: true })).savePretrained(folder);
    assert.deepEqual(await saved(), { ...files.others.json, do_normalize: true, tokenizer_note: [1, 2] });
  });

  it("finds the feature extractor in a processor's file", async () => {
    await save({ feature_extractor: files.others.json }, 'processor_config.json');
    assert.equal((await AutoFeatureExtractor.fromPretrained(folder)).samplingRate, 8000);
  });

  it('takes a file that names no type from the model that it lies beside', async () => {
    await save({ sampling_rate: 8000 });
    await assert.rejects(AutoFeatureExtractor.fromPretrained(folder), /feature_extractor_type is missing/);
    await save({ model_type: 'whisper' }, 'config.json');
    await assert.rejects(AutoFeatureExtractor.fromPretrained(folder), /feature_extractor_type is missing/);
    await save({ model_type: 'hubert' }, 'config.json');
    assert.equal((await AutoFeatureExtractor.fromPretrained(folder)).samplingRate, 8000);
  });

  it('says what is wrong with the file', async () => {
    const { json } = files['the defaults'];
    const wrong: [unknown, RegExp][] = [
      [{ ...json, feature_extractor_type: 'ASTFeatureExtractor' }, /preprocessor_config\.json.*"ASTFeatureExtractor"/],
      [{ ...json, sampling_rate: 'high' }, /preprocessor_config\.json: sampling_rate is 'high'/],
      [{ ...json, sampling_rate: null }, /sampling_rate is null/],
      [{ ...json, sampling_rate: 1 }, /sampling_rate is 1; give a number of at least 100/],
      [{ ...json, sampling_rate: 1e8 }, /sampling_rate is 100000000; give .* and at most 1000000/],
      [{ ...json, sampling_rate: 1e12 }, /sampling_rate is 1000000000000; give .* and at most 1000000/],
      [{ ...json, sampling_rate: { toString: 1 } }, /sampling_rate is \{ toString: 1 \}/],
      [{ ...json, padding_side: 'x'.repeat(1e6) }, /padding_side is 'x{100}…'/],
      [{ ...json, feature_extractor_type: 'x'.repeat(1e6) }, /feature_extractor_type is "x{99}…; Wav2Vec2/],
      [`{"a": ${'['.repeat(200_000)}`, /cannot be read as JSON: more than 500 lists and objects/],
      [{ ...json, do_normalize: 1 }, /do_normalize is 1/],
      [{ ...json, feature_size: 80 }, /feature_size is 80/],
      [{ ...json, padding_value: null }, /padding_value is null/],
      ['{"sampling_rate": 16', /preprocessor_config\.json cannot be read as JSON/],
      ['[]', /preprocessor_config\.json holds no JSON object/],
    ];
    for (const [content, message] of wrong) {
      await save(content);
      await assert.rejects(AutoFeatureExtractor.fromPretrained(folder), { name: 'CheckpointError', message });
    }
  });

  it('says that a folder has no such file, and how to write one', async () => {
    await mkdir(path.join(folder, 'empty'));
    const inside = path.join(folder, 'empty');
    const message = /empty has no preprocessor_config\.json.*savePretrained/;
    await assert.rejects(AutoFeatureExtractor.fromPretrained(inside), { name: 'CheckpointError', message });
  });

  it('checks options before it looks for the file', async () => {
    const name = 'ParameterError';
    await assert.rejects(AutoFeatureExtractor.fromPretrained('no/such', { samplingRate: -1 }), { name });
  });
});
