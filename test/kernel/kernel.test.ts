import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inRepository } from '../fixtures.js';
import { type Client, type Content, type Exchange, execute, runs, startKernel, written } from './client.js';

const PLAIN = new RegExp(`${String.fromCharCode(27)}\\[\\d+m`, 'g');

describe('The kernel', () => {
  let folder: string;
  let kernel: Client;
  const others: Client[] = [];

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'onpa-kernel-'));
    // A folder that onpa is not above; it has a package of its own, and a tslab that must not be started.
    for (const [name, file, text] of [
      ['yaml', 'index.js', "module.exports = 'of the folder';"],
      ['tslab', 'dist/main.js', "throw new Error('the folder has its own tslab');"],
    ]) {
      const path = join(folder, 'node_modules', name, file);
      mkdirSync(join(path, '..'), { recursive: true });
      writeFileSync(path, text);
    }
    kernel = await startKernel(folder);
  });
  after(() => {
    for (const client of [kernel, ...others]) client?.kill();
    rmSync(folder, { recursive: true });
  });

  const run = (code: string, more: object = {}): Promise<Exchange> => kernel.exchange([execute(code, more)]);
  const ask = async (type: string, content: object = {}) =>
    (await kernel.exchange([{ type, content: { ...content } }])).replies[0];

  /** The error of a cell, without colours; its reply says the same. */
  async function errorOf(
    ...codes: string[]
  ): Promise<{ ename: string; evalue: string; lines: string[]; cell: number }> {
    for (const code of codes.slice(0, -1)) await run(code);
    const { replies, published } = await run(codes.at(-1)!);
    const { status, ename, evalue, traceback, execution_count: cell } = replies[0].content;
    equal(status, 'error');
    const errors = published.filter(({ type }) => type === 'error');
    deepEqual(
      errors.map(({ content }) => content),
      [{ ename, evalue, traceback }],
    );
    return { ename, evalue, lines: traceback.join('\n').replaceAll(PLAIN, '').split('\n'), cell };
  }

  describe('says who it is', () => {
    it('with the TypeScript that compiles its cells', async () => {
      const { type, content } = await ask('kernel_info_request');
      equal(type, 'kernel_info_reply');
      const { version } = JSON.parse(readFileSync(inRepository('lib', 'package.json'), 'utf8'));
      deepEqual([content.implementation, content.implementation_version], ['onpa', version]);
      const used = written(await run("console.log(require('tslab').versions.typescript)")).trim();
      equal(content.language_info.version, used);
      ok(content.banner.includes(`TypeScript ${used}, Node ${process.version}`));
    });

    it('and has no comms, and a reply of the right type', async () => {
      deepEqual(await ask('comm_info_request', { target_name: 'jupyter.widget' }), {
        type: 'comm_info_reply',
        content: { status: 'ok', comms: {} },
      });
      const opened = {
        type: 'comm_open',
        content: { comm_id: 'c', target_name: 't', data: {} },
        hasNoReply: true,
      } as const;
      const { published } = await kernel.exchange([opened]);
      deepEqual(
        published.filter(({ type }) => type === 'comm_close').map(({ content }) => content.comm_id),
        ['c'],
      );
    });

    it('and remembers its cells for a console', async () => {
      await run('let remembered = 1;');
      const { type, content } = await ask('history_request', {
        hist_access_type: 'tail',
        n: 1,
        output: false,
        raw: true,
      });
      equal(type, 'history_reply');
      equal(content.history[0][2], 'let remembered = 1;');
    });
  });

  describe('sends what cells write', () => {
    it('all of it, in order, and is idle after it', async () => {
      const lines = 5000;
      const exchange = await run(`const { display } = require('tslab');
        for (let i = 0; i < ${lines}; i++) console.log('line', i);
        display.text('shown'); console.error('wrong'); console.log('last');`);
      const wanted = Array.from({ length: lines }, (_, i) => `line ${i}\n`).join('');
      ok(written(exchange) === `${wanted}last\n`);
      const kinds = exchange.published.map(({ type, content }) => content.name ?? content.execution_state ?? type);
      deepEqual(
        kinds.filter((kind, i) => kind !== kinds[i - 1]),
        ['busy', 'execute_input', 'stdout', 'display_data', 'stderr', 'stdout', 'idle'],
      );
    });

    it('up to a limit, which it names', async () => {
      const exchange = await run(`console.log('x\\n'.repeat(100_100)); console.log('y');`);
      ok(written(exchange) === 'x\n'.repeat(100_000));
      match(
        written(exchange, 'stderr'),
        /at most 100,000 lines or 10 million characters\.\n… 0\.0 million characters in 102 lines were cut/,
      );
    });

    it('in bytes too, where a letter is in two parts', async () => {
      const code = `for (const byte of Buffer.from('日本語\\n')) process.stdout.write(Buffer.of(byte));
        process.stdout.write('e6', 'hex'); process.stdout.write('97a5', 'hex'); undefined;`;
      equal(written(await run(code)), '日本語\n日');
    });

    it('with callbacks, for those who wait until it is written', async () => {
      equal(
        written(await run(`await new Promise<any>((done) => process.stdout.write('a', done)); console.log('b');`)),
        'ab\n',
      );
    });

    it('of a silent cell not, and does not count it', async () => {
      const [{ content: before }] = (await run('1;')).replies;
      const { replies, published } = await run(`console.log('quiet'); throw new Error('quiet')`, { silent: true });
      equal(replies[0].content.status, 'error');
      equal(replies[0].content.execution_count, before.execution_count);
      deepEqual(new Set(published.map(({ type }) => type)), new Set(['status']));
      const unstored = await run(`console.log('heard')`, { store_history: false });
      equal(written(unstored), 'heard\n');
      equal(unstored.replies[0].content.execution_count, before.execution_count);
    });
  });

  describe('runs cells one after the other', () => {
    /** A cell that waits until it is interrupted, and ends well. */
    const untilInterrupted = `await new Promise<any>((done) => {
      setTimeout(() => { process.once('SIGINT', done); console.log('go'); });
    });`;

    it('and is not idle before they are done, whatever else it answers meanwhile', async () => {
      const messages = [
        execute(untilInterrupted),
        { type: 'complete_request', content: { code: 'conso', cursor_pos: 5 } },
        { type: 'kernel_info_request', content: {} },
      ];
      const { published, replies } = await kernel.exchange(messages, 'signal');
      equal(replies[0].content.status, 'ok');
      ok(replies[1].content.matches.includes('console'));
      const states = published
        .filter(({ type }) => type === 'status')
        .map((each) => `${each.of} ${each.content.execution_state}`);
      const end = states.lastIndexOf('0 idle');
      for (const [i, state] of states.slice(states.indexOf('0 busy'), end).entries()) {
        if (state.endsWith('idle')) equal(states[states.indexOf('0 busy') + i + 1], '0 busy');
      }
      deepEqual([...new Set(states)].sort(), ['0 busy', '0 idle', '1 busy', '1 idle', '2 busy', '2 idle']);
    });

    it('and none that has arrived after one that fails, unless asked to', async () => {
      const cells = ['await 1; throw new Error("one")', 'console.log("two")', 'console.log("three")'];
      const { replies, published } = await kernel.exchange(cells.map((code) => execute(code)));
      deepEqual(
        replies.map(({ content }) => content.status),
        ['error', 'aborted', 'aborted'],
      );
      ok(!published.some(({ type }) => type === 'stream'));
      const all = await kernel.exchange(cells.map((code) => execute(code, { stop_on_error: false })));
      deepEqual(
        all.replies.map(({ content }) => content.status),
        ['error', 'ok', 'ok'],
      );
      equal(written(await run('console.log("next")')), 'next\n');
    });

    it('and goes on after messages that it does not know, or that somebody else has signed', async () => {
      const { replies } = await kernel.exchange([
        { type: 'no_such_request', content: {}, hasNoReply: true },
        { ...execute('console.log("forged")'), isForged: true, hasNoReply: true },
        execute('console.log("own")'),
      ]);
      equal(replies[2].content.status, 'ok');
    });
  });

  describe('says of an error what it is and where', () => {
    it('in a cell of several lines', async () => {
      const { ename, evalue, lines, cell } = await errorOf(`const numbers: number[] = [
  1, 2,
];
interface Point { x: number }

const point = undefined as unknown as Point;
numbers.push(point.x);`);
      deepEqual([ename, evalue], ['TypeError', "Cannot read properties of undefined (reading 'x')"]);
      deepEqual(lines, [`TypeError: ${evalue}`, `  cell [${cell}], line 7`, '    7 │ numbers.push(point.x);']);
    });

    it('after an await', async () => {
      const { lines, cell } = await errorOf('await Promise.resolve();\n\nnull!.x;'.replace('null!', '(null as any)'));
      deepEqual(lines.slice(1), [`  cell [${cell}], line 3`, '    3 │ (null as any).x;']);
    });

    it('in a function of an earlier cell', async () => {
      const { lines, cell } = await errorOf(
        'type Half = number;\nfunction half(n: number): Half {\n  if (n < 0) throw new RangeError("below 0");\n  return n / 2;\n}',
        'const few = [4, -1];\nfew.map((n) => half(n));',
      );
      deepEqual(lines, [
        'RangeError: below 0',
        `  cell [${cell - 1}], line 3`,
        '    3 │   if (n < 0) throw new RangeError("below 0");',
        `  at half (cell [${cell - 1}], line 3)`,
        `  at cell [${cell}], line 2`,
      ]);
    });

    it('in a package, of which only the function is named that the cell has called', async () => {
      const { lines, cell } = await errorOf("const { load } = require('onpa');\nawait load('nowhere.wav');");
      equal(lines[0], 'AudioDecodeError: nowhere.wav cannot be read: there is no such file');
      deepEqual(lines.slice(1, 4), [
        `  cell [${cell}], line 2`,
        "    2 │ await load('nowhere.wav');",
        '  at load (onpa)',
      ]);
      match(lines[4], /^Caused by Error: ENOENT/);
      equal(lines.length, 5);
    });

    it('in a package, of which the function is not named where the way to it is lost', async () => {
      const { lines } = await errorOf(
        'const lost = require("onpa").load("nowhere.wav");\nlost.catch(() => {});\nawait lost;',
      );
      deepEqual(lines.slice(0, 2), [
        'AudioDecodeError: nowhere.wav cannot be read: there is no such file',
        '  at onpa',
      ]);
    });

    it('with its causes and parts, and the names of classes', async () => {
      const { ename, lines } = await errorOf(`class Trouble extends Error {}
const cause = new Trouble('a\\nb', { cause: 'text' });
throw new AggregateError([new Error('one'), 2], 'several', { cause });`);
      equal(ename, 'AggregateError');
      deepEqual(lines.slice(3), [
        '  1. Error: one',
        '  2. Uncaught: 2',
        'Caused by Trouble: a b',
        "Caused by Uncaught: 'text'",
      ]);
    });

    it('where no error is thrown but something else', async () => {
      for (const [value, shown] of [
        ["'text'", "'text'"],
        ['undefined', 'undefined'],
        ['null', 'null'],
        ['{ a: 1 }', '{ a: 1 }'],
      ]) {
        const { ename, evalue } = await errorOf(`throw ${value};`);
        deepEqual([ename, evalue], ['Uncaught', shown]);
      }
      const { ename } = await errorOf(
        `throw new Proxy(new Error(), { get() { throw 1; }, getPrototypeOf() { throw 2; } });`,
      );
      equal(ename, 'Uncaught');
    });

    it('without the end of a very long message', async () => {
      const { evalue } = await errorOf("throw new Error('long '.repeat(100_000));");
      match(evalue, /^(long ){800}… 496,000 characters more$/);
    });

    it('that the compiler finds', async () => {
      const { ename, evalue } = await errorOf("const wrong: number = 'text';");
      equal(ename, 'TypeScriptError');
      match(evalue, /Type 'string' is not assignable to type 'number'/);
    });

    it('where a cell shows it itself, too', async () => {
      const { replies, ...rest } = await run(
        'try {\n  (null as any).x;\n} catch (error) {\n  console.log((error as Error).stack);\n}',
      );
      const cell = replies[0].content.execution_count;
      match(written({ replies, ...rest }), new RegExp(`^TypeError: .*\n    at cell \\[${cell}\\]:2:\\d+\n$`));
    });

    it('that nobody waited for, in its own cell, and lives', async () => {
      for (const [code, ename] of [
        ["setTimeout(() => { throw new RangeError('late'); });\n1;", 'RangeError'],
        ["Promise.reject(new SyntaxError('late'));\n1;", 'SyntaxError'],
      ]) {
        const { replies, published } = await kernel.exchange([execute(code)], undefined, 'error');
        equal(replies[0].content.status, 'ok');
        const { of, content } = published.find(({ type }) => type === 'error')!;
        deepEqual([of, content.ename], [0, ename]);
        match(content.traceback[1], new RegExp(`cell \\[${replies[0].content.execution_count}\\], line 1`));
      }
    });
  });

  describe('stops a cell', () => {
    const interrupted = { ename: 'Interrupted', evalue: '', traceback: ['\x1b[31mInterrupted\x1b[39m'] };
    const error = ({ published }: Exchange): Content => published.find(({ type }) => type === 'error')!.content;

    for (const [what, code] of [
      ['that computes', "console.log('go'); while (true) {}"],
      ['that writes without end', "while (true) console.log('go');"],
      ['that waits', "console.log('go'); await new Promise(() => {});"],
    ]) {
      for (const by of ['message', 'signal'] as const) {
        it(`${what}, by ${by}`, async () => {
          deepEqual(error(await kernel.exchange([execute(code)], by)), interrupted);
        });
      }
    }

    it('that computes, and says who it is meanwhile', async () => {
      const messages = [execute("console.log('go'); while (true) {}"), { type: 'kernel_info_request', content: {} }];
      const exchange = await kernel.exchange(messages, 'message');
      deepEqual(error(exchange), interrupted);
      equal(exchange.replies[1].content.status, 'ok');
    });

    it('that computes after it has waited, when asked again', async () => {
      const code = "await Promise.resolve(); console.log('go'); while (true) {}";
      deepEqual(error(await kernel.exchange([execute(code)], 'message')), interrupted);
    });

    it('by its own means, where it listens', async () => {
      const code = `await new Promise((_, reject) => {
        setTimeout(() => { process.once('SIGINT', () => reject(new Error('saved first'))); console.log('go'); });
      });`;
      equal(error(await kernel.exchange([execute(code)], 'message')).evalue, 'saved first');
    });

    it('and runs the next one', async () => {
      equal(written(await run('console.log(1 + 1)')), '2\n');
    });
  });

  describe('finds packages', () => {
    it('of the folder first', async () => {
      equal(written(await run("console.log(require('yaml'))")), 'of the folder\n');
    });

    it('of its own installation where the folder has none', async () => {
      equal(written(await run("console.log(typeof require('onpa').load)")), 'function\n');
      const { evalue } = await errorOf("require('no-such-package');");
      equal(evalue, "Cannot find module 'no-such-package'");
    });
  });

  describe('ends', () => {
    it('when it is told to, and says whether it begins anew', async () => {
      const shutdown = { channel: 'control', type: 'shutdown_request', content: { restart: true } } as const;
      const { replies } = await kernel.exchange([shutdown]);
      deepEqual(replies[0], { type: 'shutdown_reply', content: { status: 'ok', restart: true } });
      equal(await kernel.ended(), 0);
    });

    it('when the process that started it is gone, also while it computes', async () => {
      others.push(...(await Promise.all([startKernel(folder), startKernel(folder)])));
      const [waiting, computing] = others;
      await Promise.all([waiting.exchange([execute('1;')]), computing.exchange([execute('1;')])]);
      const file = join(folder, 'computes');
      computing.send(execute(`require('fs').writeFileSync(${JSON.stringify(file)}, ''); while (true) {}`));
      const soon = () => new Promise((resolve) => setTimeout(resolve, 50));
      while (!existsSync(file)) await soon();
      for (const { kill } of others) kill();
      while (runs(waiting.pid) || runs(computing.pid)) await soon();
    });
  });
});
