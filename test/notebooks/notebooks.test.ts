import { deepEqual, equal, ok } from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { wilsonInterval } from 'onpa';
import { exerciseScript } from '../course/exercises.js';
import { inRepository } from '../fixtures.js';
import { code, displayed, errors, type Notebook, printed, readNotebook, stderr, verdicts } from './notebook.js';

const folder = inRepository('notebooks');
const names = readdirSync(folder, { recursive: true })
  .map(String)
  .filter((name) => name.endsWith('.ipynb') && !name.includes('.ipynb_checkpoints'))
  .sort();

/** What a lesson wants to be seen. */
const WARNINGS: Readonly<Record<string, string>> = {
  '06-training.ipynb':
    'onpa:models/mini-hubert lacks projector.weight, projector.bias, classifier.weight, classifier.bias: ' +
    'they start with random values. Train the model before you use it.\n',
};

describe('the notebooks as committed', () => {
  it('are the eight lessons, and those beyond', () => {
    const stems = '01-waveform 02-spectrum 03-stft 04-mel 05-distilhubert 06-training 07-push 08-inference'.split(' ');
    deepEqual(
      names.filter((name) => !name.startsWith('beyond/')),
      stems.map((stem) => `${stem}.ipynb`),
    );
  });

  for (const name of names) {
    describe(name, () => {
      const path = join(folder, name);
      let notebook: Notebook;
      before(() => {
        notebook = readNotebook(path);
      });

      it('was run from top to bottom, without an error or noise', () => {
        deepEqual(
          code(notebook).map((cell) => cell.execution_count),
          code(notebook).map((_, i) => i + 1),
        );
        deepEqual(errors(notebook), []);
        equal(stderr(notebook), WARNINGS[name] ?? '');
      });

      it('shows a picture where no Vega is, such as on GitHub, for each of its plots', () => {
        const plots = displayed(notebook, 'application/vnd.vegalite.v5+json');
        ok(plots.length >= 4, `${plots.length} plots`);
        ok(plots.every((data) => typeof data['image/png'] === 'string'));
      });

      it('explains everything in English and in Japanese', () => {
        const prose = notebook.cells
          .filter((cell) => cell.cell_type === 'markdown')
          .map((cell) => cell.source.join(''));
        for (const text of prose) {
          const [english, japanese] = text.split('<details lang="ja"><summary>日本語</summary>');
          ok(english.trim() !== '' && /[ぁ-ん]/.test(japanese) && japanese.endsWith('</details>'), text.slice(0, 60));
        }
      });

      it('says first how long it takes and what it builds on', () => {
        const [english, japanese] = notebook.cells[0].source.join('').split('<details');
        ok(/\n\*\*Time:\*\* about \d\d minutes, .*\*\*Builds on:\*\* \S.*\.\n/.test(english), english);
        ok(/\n\*\*時間：\*\* .*およそ \d\d 分.*\*\*前提：\*\* \S.*。\n/.test(japanese), japanese);
      });

      it('says at last what one can do now, in both languages, before the exercises', () => {
        const texts = notebook.cells.map((cell) => cell.source.join(''));
        const at = texts.findIndex((text) => text.startsWith('## You can now\n'));
        const [english, japanese] = texts[at].split('<details');
        const points = (text: string) => text.split('\n').filter((line) => line.startsWith('- ')).length;
        ok(points(english) >= 3, english);
        equal(points(japanese), points(english));
        // A quiz may come between the two.
        ok(texts.slice(at + 1, at + 4).some((text) => text.startsWith('## Exercises\n')));
      });

      it('ends with its exercises, at least three, which are not answered and give nothing away', async () => {
        const { exercises } = (await exerciseScript()).readExercises(name.replace('.ipynb', ''));
        ok(exercises.length >= 3);
        const checks = exercises.flatMap(({ tests }) => tests.filter(({ kind }) => kind === 'check'));
        deepEqual(verdicts(notebook), Array(checks.length).fill('Not answered yet.'));
      });

      it('has no heading in what its cells show, which tables of contents would list', () => {
        const shown = (type: string) => displayed(notebook, type).map((data) => String(data[type]));
        deepEqual(
          shown('text/markdown').filter((text) => /^#/m.test(text)),
          [],
        );
        deepEqual(
          shown('text/html').filter((text) => /<h[1-6]\b/i.test(text)),
          [],
        );
      });

      it('is under 1.5 MB and names no folder of the machine it ran on', () => {
        ok(statSync(path).size < 1.5e6);
        const text = readFileSync(path, 'utf8');
        for (const place of [inRepository(), homedir(), tmpdir()]) ok(!text.includes(`${place}/`), place);
      });
    });
  }
});

describe('the lessons as committed', () => {
  it("were all run with librosa's recordings, none with what takes their place", () => {
    const credits: Readonly<Record<string, string>> = {
      trumpet: 'Trumpet loop by Mihai Sorohan (Freesound 77711), CC BY 3.0',
      libri3: 'Sense and Sensibility, chapter 18, read by Heather Barnett (LibriSpeech), CC BY 4.0',
      nutcracker: 'Tchaikovsky, Dance of the Sugar Plum Fairy, by Kevin MacLeod, CC BY 3.0',
      vibeace: 'Vibe Ace by Kevin MacLeod, CC BY 3.0',
    };
    for (const name of names) {
      const notebook = readNotebook(join(folder, name));
      const source = code(notebook)
        .map((cell) => cell.source.join(''))
        .join('\n');
      const lines = printed(notebook);
      const isAsked = (recording: string) =>
        source.includes('exampleCredit(') &&
        (source.includes(`example('${recording}')`) ||
          (source.includes('example(name)') && source.includes(`'${recording}'`)));
      for (const [recording, credit] of Object.entries(credits)) {
        if (isAsked(recording))
          ok(
            lines.some((line) => line === credit || line === `${recording}: ${credit}`),
            recording,
          );
      }
      const substitutes = lines.filter((line) => /^A trumpet phrase of this project|its first 8\.3 s$/.test(line));
      deepEqual(substitutes, [], name);
      const players = displayed(notebook, 'text/html').map((data) => String(data['text/plain']));
      deepEqual(
        players.filter((text) => {
          const [file] = /(trumpet|speech)\.ogg$/.exec(text) ?? [];
          return file !== undefined && !source.includes(`'onpa:audio/${file}'`);
        }),
        [],
        name,
      );
    }
  });
});

describe('the lessons on sound as committed', () => {
  const linesOf = (name: string) => printed(readNotebook(join(folder, name)));
  const numbersOf = (lines: string[], start: string) =>
    (
      lines
        .find((line) => line.startsWith(start))
        ?.slice(start.length)
        .match(/[\d.]+/g) ?? []
    ).map(Number);

  it('show that the error of few bits comes back with the tone, and with dither does not', () => {
    const lines = linesOf('01-waveform.ipynb');
    const share = (start: string) =>
      Number(
        lines
          .find((line) => line.startsWith(start) && line.includes('comes back'))
          ?.slice(start.length)
          .split('%')[0],
      );
    ok(share('4 bits: ') > 99);
    ok(share('4 bits with dither: ') < 5);
  });

  it('get by hand what the FFT gives, real and imaginary parts', () => {
    const lines = linesOf('02-spectrum.ipynb');
    const [hand, fft] = ['  by hand ', '  by FFT  '].map((start) =>
      lines.filter((line) => line.startsWith(start)).map((line) => line.slice(start.length)),
    );
    equal(hand.length, 3);
    ok(hand.every((number) => number.endsWith(' i')));
    // The lowest bin has no imaginary part: its sign may differ.
    deepEqual(hand.slice(1), fft.slice(1));
    ok(lines.includes('bin 5: 16.000') && lines.includes('bin 59: 16.000'));
  });

  it('divide by the sum of squared windows, which is another one than that of the windows', () => {
    const lines = linesOf('03-stft.ipynb');
    ok(lines.includes('windows: 2.000') && lines.includes('squared windows: 1.500'));
  });

  it('say of how many bands one holds two harmonics', () => {
    const lines = linesOf('04-mel.ipynb');
    const [fine, coarse] = [numbersOf(lines, '128 bands:'), numbersOf(lines, '40 bands:')];
    ok(
      fine.every((width) => width < 600),
      `${fine}`,
    );
    ok(coarse[0] < 600 && coarse[1] > 550 && coarse[2] > 600, `${coarse}`);
  });

  it('play what is compared with the recording at 16 bits, as the recording', () => {
    for (const name of ['03-stft.ipynb', '04-mel.ipynb']) {
      const players = displayed(readNotebook(join(folder, name)), 'text/html').map((data) => String(data['text/html']));
      const waves = players.flatMap((html) => [...html.matchAll(/data:audio\/wav;base64,([^"]*)/g)]);
      ok(waves.length >= 4, `${waves.length} in ${name}`);
      for (const [, wave] of waves) equal(Buffer.from(wave, 'base64').readUInt16LE(34), 16);
    }
  });
});

describe('the lesson on DistilHuBERT as committed', () => {
  const lines = printed(readNotebook(join(folder, '05-distilhubert.ipynb')));

  it('frees the tensors that it asked for', () => {
    ok(lines.includes('0 after tf.dispose'));
  });

  it('finds fewer neighbours of the same genre where the clip is left out, and far more than chance', () => {
    const share = (start: string) => Number(/(\d+) %/.exec(lines.find((line) => line.startsWith(start)) ?? '')?.[1]);
    const [any, others] = [share('of the same genre, any neighbour:'), share('the clip left out:')];
    ok(others > 30 && others < any, `${others} and ${any}`);
  });
});

describe('the lesson on training as committed', () => {
  const notebook = readNotebook(join(folder, '06-training.ipynb'));
  const lines = printed(notebook);
  const numberAfter = (text: string) =>
    Number(
      lines
        .find((line) => line.startsWith(text))
        ?.slice(text.length)
        .split(' ')[0],
    );

  it('tells at least 70 % of the clips right that it neither learned from nor chose by', () => {
    ok(numberAfter('test accuracy ') >= 0.7, lines.join('\n'));
    ok(numberAfter('validation accuracy ') > 0.7);
  });

  it("has Wilson's interval of the test, and of each genre", () => {
    const found = lines.flatMap(
      (line) => /(\d+) of (\d+): from (\S+) to (\S+)$/.exec(line)?.slice(1).map(Number) ?? [],
    );
    const rows = Array.from({ length: found.length / 4 }, (_, i) => found.slice(4 * i, 4 * i + 4));
    equal(rows.length, 1 + 10);
    equal(Number((rows[0][0] / rows[0][1]).toFixed(3)), numberAfter('test accuracy '));
    for (const place of [0, 1]) {
      equal(
        rows.slice(1).reduce((sum, row) => sum + row[place], 0),
        rows[0][place],
      );
    }
    for (const [count, trials, ...ends] of rows) {
      deepEqual(
        ends,
        wilsonInterval(count, trials).map((end) => Number(end.toFixed(2))),
      );
    }
  });

  it('plays each mistake under a title that says what it is', () => {
    const players = displayed(notebook, 'text/html').map((data) => String(data['text/html']));
    const titles = players.flatMap(
      (html) => /<figcaption>(.*? taken for .*?)<\/figcaption><(?:img|audio)/.exec(html)?.[1] ?? [],
    );
    equal(titles.length, 3);
    ok(
      titles.every((title) => /^[a-z]+, taken for [a-z]+ \(\d+ % sure\)$/.test(title)),
      titles.join(),
    );
  });

  it('says how long the tutorial takes, and saves a model that names its classes', () => {
    ok(numberAfter('about ') > 0.1);
    ok(lines.includes('build/ft-hubert-on-gtzan: 10 classes, reggae among them'));
  });
});

describe('the lesson on pre-training as committed', () => {
  const lines = printed(readNotebook(join(folder, 'beyond', 'pretraining.ipynb')));
  const shares = (start: string) =>
    lines.filter((line) => line.startsWith(start)).map((line) => Number(line.slice(start.length).split(' %')[0]));

  it('guesses masked frames far better than the commonest cluster would, and did not before', () => {
    const [before, after] = shares('right of the masked frames: ');
    const [commonest] = shares('always the commonest cluster: ');
    ok(before < commonest, `${before} and ${commonest}`);
    ok(after > 1.5 * commonest, `${after} and ${commonest}`);
  });

  it('reads genres from each representation better than by chance, as its text orders them', () => {
    const [ours, mfcc, teacher, student] = ['our model', 'MFCC', 'teacher', 'student'].map((name) => {
      const [share] = shares(`${name}: `);
      return share;
    });
    ok(20 < ours && ours < mfcc, `our model ${ours}, MFCC ${mfcc}`);
    ok(mfcc < Math.min(teacher, student) && student > 0.8 * teacher, `teacher ${teacher}, student ${student}`);
  });
});

describe('the lesson on vocoders as committed', () => {
  const lines = printed(readNotebook(join(folder, 'beyond', 'vocoder.ipynb')));
  const numbers = (start: string) =>
    lines
      .filter((line) => line.startsWith(`${start}: `))
      .map((line) => Number(line.slice(start.length + 2).split(/[ ,]/)[0]));

  it('loses more by frequencies that are guessed than by phases', () => {
    const [phases] = numbers('phases guessed');
    const [frequencies] = numbers('frequencies guessed');
    ok(frequencies > 3 * phases, `${frequencies} and ${phases}`);
  });

  it('finds frequencies that the bands do not tell, for sounds like those it has heard', () => {
    const [spread, forReggae] = numbers('melToStft');
    const [found, foundForReggae] = numbers('mini-vocos');
    ok(found < 0.7 * spread, `${found} and ${spread}`);
    ok(foundForReggae > 0.7 * forReggae, `${foundForReggae} and ${forReggae}`);
  });

  it('beats Griffin-Lim by its magnitudes, and does not by phases of its own', () => {
    const [classic] = numbers('Griffin-Lim');
    const [alone] = numbers('mini-vocos alone');
    const [together] = numbers('mini-vocos, then Griffin-Lim');
    ok(together < 0.7 * classic && alone > classic, `${classic}, ${alone}, ${together}`);
  });

  it('shows that one frame, held, repeats itself with the hop', () => {
    const [change] = numbers('changed after 256 samples');
    ok(change < 0.01, String(change));
  });
});

describe('the lesson on browsers as committed', () => {
  const notebook = readNotebook(join(folder, 'beyond', 'browser.ipynb'));
  const lines = printed(notebook);
  const numberAfter = (start: string) =>
    Number(
      lines
        .find((line) => line.startsWith(start))
        ?.slice(start.length)
        .split(/[ ,]/)[0],
    );
  const [float32, float16, int8] = ['float32', 'float16', 'int8'];

  it('finds what the file computes, and in 8 bits products of whole numbers', () => {
    ok(lines.some((line) => /^\d+ nodes, \d+ operators of opset 17$/.test(line)));
    const [from, to] = ['MatMul', 'MatMulInteger'].map(
      (name) =>
        new RegExp(`^${name}: (\\d+) nodes, in the file of 8 bits (\\d+)$`, 'm')
          .exec(lines.join('\n'))
          ?.slice(1)
          .map(Number) ?? [],
    );
    ok(from[0] > from[1] && from[1] > 0, `${from}`);
    // Nothing is lost on the way.
    deepEqual([to[0], to[1]], [0, from[0] - from[1]]);
  });

  it('computes the same logits in ONNX Runtime, but for the last digits, and others in fewer bits', () => {
    const half = (dtype: string) => numberAfter(`${dtype}: half of the clips within `);
    ok(half(float32) < 1e-5, `${half(float32)}`);
    ok(half(float32) < half(float16) && half(float16) < half(int8));
    ok(numberAfter(`${float32}: all within `) < 1e-3);
  });

  it('writes files of half and of less than a third of the size, which tell nearly all clips as TensorFlow does', () => {
    const rows = new Map(
      lines
        .map((line) => line.split('│').map((cell) => cell.trim()))
        .filter((cells) => cells.length === 8)
        .map(([, , numbers, ...figures]) => [numbers.replaceAll("'", ''), figures.slice(0, 4).map(Number)]),
    );
    const [size, same] = [0, 2].map((at) => (numbers: string) => rows.get(numbers)?.[at] ?? Number.NaN);
    ok(size(float16) < 0.6 * size(float32) && size(int8) < size(float32) / 3);
    ok([float32, float16, int8].every((dtype) => same(dtype) >= 0.9 * same('TensorFlow')));
    equal(same(float32), same('TensorFlow'));
  });

  it('adds up the same numbers to another sum from the back', () => {
    const [front, back] = ['from the front: ', 'from the back:  '].map(numberAfter);
    ok(front !== back && Math.abs(front - back) < 1e-4 * front, `${front} and ${back}`);
  });

  it('errs less with a scale for each output than with one for all', () => {
    const [one, each] = ['one scale for all: ', 'a scale for each output: '].map(numberAfter);
    ok(each < one, `${each} and ${one}`);
  });

  it('gives the scores of the pipeline without TensorFlow', () => {
    ok(numberAfter('largest difference: ') < 1e-4);
  });
});

describe('the lesson on the push as committed', () => {
  const notebook = readNotebook(join(folder, '07-push.ipynb'));
  const lines = printed(notebook);

  it('pushes what lesson 6 has trained to a folder, and says why', () => {
    ok(lines.some((line) => line.startsWith('There is no access token for huggingface.co. Make one')));
    ok(lines.includes('We push to the folder build/hub/ft-hubert-on-gtzan.'));
    ok(lines.includes('preprocessor_config.json'));
    const files = ['README.md', 'model.safetensors', 'onnx/model.onnx', 'trainer_state.json', 'runs/… (TensorBoard)'];
    for (const file of files) {
      equal(lines.filter((line) => line.endsWith(` kB  ${file}`)).length, 1, file);
    }
  });

  it('shows the metadata that the Hub reads, and gets the same answers from what it pushed', () => {
    for (const line of ['library_name: transformers', '  - generated_from_trainer', '  - accuracy']) {
      ok(lines.includes(line), line);
    }
    ok(lines.includes('largest difference: 0'));
  });

  it('names neither the small model nor its data set as the Hub’s, and both in words', () => {
    ok(lines.every((line) => !/^(base_model|datasets):/.test(line)));
    const [card] = displayed(notebook, 'text/markdown').map((data) => String(data['text/markdown']));
    ok(
      card.includes('Fine-tuned from mini-hubert, which comes with onpa, on mini-genres, clips that come with onpa.'),
      card,
    );
  });
});

describe('the lesson on inference as committed', () => {
  const lines = printed(readNotebook(join(folder, '08-inference.ipynb')));
  const lineOf = (text: string) => lines.find((line) => line.startsWith(text))?.slice(text.length);

  it('does by hand what the pipeline does', () => {
    ok(Number(lineOf('largest difference from the pipeline: ')) < 1e-12);
  });

  it('hears each genre of the medley where a window lies within it', () => {
    equal(lineOf('heard:  '), 'classical, metal, jazz, hiphop, reggae, disco');
    equal(lineOf('heard:  '), lineOf('played: '));
  });

  it('shows that a short window makes the model surer, as its text says', () => {
    const [of5s, of1s] = lineOf('window of 5 s: ')?.split(', of 1 s: ').map(Number) ?? [];
    ok(of1s > of5s);
  });

  it('shows that some music gets less than speech, and some less than noise, as its text says', () => {
    const counts = lines.flatMap((line) => /^(\d+) of 60 clips of music get less$/.exec(line)?.[1] ?? []);
    equal(counts.length, 2);
    ok(
      counts.every((count) => Number(count) > 0),
      counts.join(),
    );
  });
});
