import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { comparison } from 'onpa/dist/plot/compare.js';
import { audioElement, picturePlayer } from 'onpa/dist/plot/play.js';
import type { Browser, Locator, Page } from 'playwright-core';
import { dataOf } from '../plot/player/figures.js';
import { describeInChromium, launchChromium } from './chromium.js';

const SAMPLE_RATE = 16000;

function tone(hz: number, amplitude: number, seconds: number): { samples: Float32Array; sampleRate: number } {
  const wave = (_: number, i: number): number => amplitude * Math.sin((2 * Math.PI * hz * i) / SAMPLE_RATE);
  return { samples: Float32Array.from({ length: seconds * SAMPLE_RATE }, wave), sampleRate: SAMPLE_RATE };
}

/** Four seconds, of which the third sounds. */
function thirdSecond(): { samples: Float32Array; sampleRate: number } {
  const sound = tone(440, 0.5, 4);
  sound.samples.fill(0, 0, 2 * SAMPLE_RATE);
  sound.samples.fill(0, 3 * SAMPLE_RATE);
  return sound;
}

/** Passes on what it hears, in blocks of 2,048 samples. */
const LISTENER = `registerProcessor('listener', class extends AudioWorkletProcessor {
  block = new Float32Array(2048);
  filled = 0;
  process([[samples]]) {
    this.block.set(samples ?? new Float32Array(128), this.filled);
    this.filled = (this.filled + 128) % 2048;
    if (this.filled === 0) this.port.postMessage(this.block);
    return true;
  }
})`;

/** In the page: keeps what goes to the loudspeaker in `heard`, block by block, and the contexts in which it sounds. */
const TAP = `(() => {
  window.heard = [];
  window.contexts = [];
  const { connect } = AudioNode.prototype;
  const taps = new WeakMap();
  const listen = async (context, tap) => {
    window.contexts.push(context);
    const url = URL.createObjectURL(new Blob([${JSON.stringify(LISTENER)}], { type: 'text/javascript' }));
    await context.audioWorklet.addModule(url);
    const listener = new AudioWorkletNode(context, 'listener');
    listener.port.onmessage = ({ data }) => window.heard.push(data);
    connect.call(tap, listener);
    connect.call(listener, context.destination);
  };
  AudioNode.prototype.connect = function (target, ...more) {
    if (target instanceof AudioDestinationNode) {
      const { context } = target;
      if (!taps.has(context)) {
        taps.set(context, context.createGain());
        listen(context, taps.get(context)).catch(() => undefined);
      }
      connect.call(this, taps.get(context));
    }
    return connect.call(this, target, ...more);
  };
})()`;

/** So that none is asked for. */
const ICON = '<link rel="icon" href="data:,">';

const rms = (block: string): string => `Math.sqrt(${block}.reduce((sum, x) => sum + x * x, 0) / ${block}.length)`;

describeInChromium('a player with a picture, in Chromium', 'the tests of players are', (executable) => {
  let browser: Browser;
  let page: Page;
  const complaints: string[] = [];
  const requests: string[] = [];

  before(async () => {
    browser = await launchChromium(executable);
    page = await browser.newPage({ viewport: { width: 900, height: 1200 } });
    page.setDefaultTimeout(30_000);
    await page.addInitScript(TAP);
    page.on('pageerror', ({ message }) => complaints.push(message));
    page.on('console', (message) => complaints.push(message.text()));
    page.on('request', (request) => requests.push(request.url()));
    // A page of its own address, as a notebook's: in about:blank no script of another could be noticed.
    await page.route('http://localhost/players', (route) => route.fulfill({ contentType: 'text/html', body: ICON }));
  });

  after(() => browser?.close());

  beforeEach(function () {
    // Without a device of sound Chromium's clock of it may stand still on a busy machine, once in many runs.
    this.currentTest?.retries(1);
  });

  afterEach(() => {
    deepEqual(complaints.splice(0), []);
    deepEqual(
      requests.splice(0).filter((url) => !/^(data:|blob:|http:\/\/localhost\/players$)/.test(url)),
      [],
    );
  });

  /** Puts a page of these outputs, as nbconvert writes them, and gives their players. */
  async function put(outputs: readonly string[], head = ''): Promise<Locator> {
    await page.goto('http://localhost/players');
    const divs = outputs.map((output) => `<div class="output">${output}</div>`).join('');
    await page.setContent(
      `<!doctype html><html lang="en"><head>${head}${ICON}<title>Players</title></head>${divs}</html>`,
    );
    return page.locator('.onpa-player');
  }

  const playButton = (player: Locator): Locator => player.getByRole('button', { name: /^(Play|Pause)$/ });
  const isPlaying = async (player: Locator): Promise<boolean> =>
    (await playButton(player).getAttribute('aria-label')) === 'Pause';
  /** The time that a player tells, in seconds. */
  const told = async (player: Locator): Promise<number> =>
    Number.parseFloat((await player.locator('.time').textContent())!);
  /** The time at which a playhead stands, by the axis of its picture. */
  async function headAt(player: Locator, html: string, i = 0): Promise<number> {
    const { left, width, from, to } = dataOf(html)[i].plots[0];
    const image = (await player.locator('.picture img').nth(i).boundingBox())!;
    const head = (await player.locator('.head').nth(i).boundingBox())!;
    const x = (head.x + head.width / 2 - image.x) / image.width;
    return from + ((x - left) / width) * (to - from);
  }
  /** Where on the screen a time is. */
  async function pointOf(player: Locator, html: string, seconds: number, i = 0): Promise<{ x: number; y: number }> {
    const { left, width, from, to, top, height } = dataOf(html)[i].plots[0];
    const image = (await player.locator('.picture img').nth(i).boundingBox())!;
    const share = left + (width * (seconds - from)) / (to - from);
    return { x: image.x + share * image.width, y: image.y + (top + height / 2) * image.height };
  }
  /** Waits until a player has told a time that passes. */
  const untilTold = (nth: number, passes: string): Promise<unknown> =>
    page.waitForFunction(
      `((seconds) => ${passes})(parseFloat(document.querySelectorAll('.onpa-player')[${nth}].shadowRoot.querySelector('.time').textContent))`,
    );

  /** Waits until what is heard passes; where it never does, says what was and what plays. */
  async function untilHeard(passes: string): Promise<void> {
    try {
      await page.waitForFunction(passes, undefined, { polling: 50 });
    } catch (error) {
      const state = await page.evaluate<string>(`JSON.stringify({
        contexts: contexts.map(({ state, currentTime }) => [state, currentTime]),
        blocks: heard.length,
        levels: heard.slice(-40).map((block) => +${rms('block')}.toFixed(3)),
        players: [...document.querySelectorAll('.onpa-player')].map(({ shadowRoot }) => shadowRoot?.textContent),
      })`);
      throw new Error(`Never heard: ${passes}. ${state}`, { cause: error });
    }
  }

  describe('of one sound', () => {
    let html: string;
    let player: Locator;
    before(async () => {
      html = await picturePlayer(thirdSecond(), { show: 'waveform', title: 'third second' });
    });
    beforeEach(async () => {
      player = await put([html]);
    });

    it('moves its playhead along the axis with the sound, to the end, and begins again from there', async () => {
      await playButton(player).click();
      await untilTold(0, 'seconds > 0.3');
      ok(await isPlaying(player));
      await untilTold(0, 'seconds > 1');
      await playButton(player).click();
      equal(await isPlaying(player), false);
      const at = await told(player);
      ok(Math.abs((await headAt(player, html)) - at) < 0.02, `${await headAt(player, html)} instead of ${at}`);
      equal(await page.evaluate(`window.heard.slice(1).every((block) => ${rms('block')} < 1e-4)`), true);
      await playButton(player).click();
      await untilHeard(`heard.some((block) => ${rms('block')} > 0.3)`);
      await player.getByRole('button', { name: 'Play', exact: true }).waitFor();
      equal(await told(player), 4);
      await playButton(player).click();
      await untilTold(0, 'seconds > 0.1 && seconds < 2');
    });

    it('goes to the second of its axis that is clicked, which is heard then', async () => {
      const { x, y } = await pointOf(player, html, 2.25);
      await page.mouse.click(x, y);
      ok(Math.abs((await told(player)) - 2.25) < 0.02, `${await told(player)} s`);
      await page.keyboard.press(' ');
      await untilHeard(`heard.length > 4 && ${rms('heard.at(-1)')} > 0.3`);
      const later = await told(player);
      ok(later > 2.25 && later < 3.1, `${later} s`);
    });

    it('goes to the ends where it is clicked beside the sound, and ignores other buttons of the mouse', async () => {
      const image = (await player.locator('.picture img').boundingBox())!;
      await page.mouse.click(image.x + image.width - 2, image.y + 20);
      equal(await told(player), 4);
      await page.mouse.click(image.x + 100, image.y + 20, { button: 'right' });
      equal(await told(player), 4);
      await page.mouse.click(image.x + 2, image.y + 20);
      equal(await told(player), 0);
    });

    it('plays the stretch that is dragged over, again and again, in either direction, until Escape', async () => {
      for (const [a, b] of [
        [2.1, 2.5],
        [2.5, 2.1],
      ]) {
        const [from, to] = [await pointOf(player, html, a), await pointOf(player, html, b)];
        await page.mouse.move(from.x, from.y);
        await page.mouse.down();
        await page.mouse.move(to.x, to.y, { steps: 3 });
        await page.mouse.up();
        equal(await player.getByRole('button', { name: 'Loop' }).getAttribute('aria-pressed'), 'true');
        ok(await isPlaying(player));
        await page.keyboard.press(' ');
        equal(await isPlaying(player), false);
        const at = await told(player);
        ok(at >= 2.09 && at <= 2.51, `${at} s`);
      }
      await page.evaluate('window.heard.length = 0');
      await page.keyboard.press(' ');
      // The context's rate times 1.2 s is three times the stretch.
      await untilHeard('heard.length * 2048 > 1.2 * 44100');
      ok(await isPlaying(player));
      const at = await told(player);
      ok(at >= 2.09 && at <= 2.51, `${at} s`);
      equal(await page.evaluate(`window.heard.slice(2).every((block) => ${rms('block')} > 0.3)`), true);
      await page.keyboard.press('Escape');
      equal(await player.locator('.stretch').isVisible(), false);
      await untilTold(0, 'seconds > 2.6');
    });

    it('does what its keys say, and no key that it does not know', async () => {
      await playButton(player).focus();
      const typed = async (...keys: string[]): Promise<number> => {
        for (const key of keys) await page.keyboard.press(key);
        return told(player);
      };
      equal(await typed('ArrowRight', 'ArrowRight', 'ArrowRight'), 0.6);
      equal(await typed('ArrowLeft'), 0.4);
      equal(await typed('End'), 4);
      equal(await typed('Home'), 0);
      equal(await typed('ArrowLeft'), 0);
      const loop = player.getByRole('button', { name: 'Loop' });
      await typed('l');
      equal(await loop.getAttribute('aria-pressed'), 'true');
      await typed('L');
      equal(await loop.getAttribute('aria-pressed'), 'false');
      await page.evaluate('window.passed = []; document.addEventListener("keydown", ({ key }) => passed.push(key))');
      await typed('2', 'j', 'Escape', 'Home', 'Control+ArrowRight');
      deepEqual(await page.evaluate('window.passed'), ['2', 'j', 'Escape', 'Control', 'ArrowRight']);
      // The space bar presses the button that has the focus, once.
      await typed(' ');
      ok(await isPlaying(player));
    });

    it('has a stretch whose ends are put where the playhead is, by [ and ]', async () => {
      await playButton(player).focus();
      const ends = async (): Promise<(number | undefined)[]> => {
        const shown = player.locator('.stretch');
        if (!(await shown.isVisible())) return [];
        const { from, to } = dataOf(html)[0].plots[0];
        const style = await shown.evaluate(({ style: { left, width } }) => [left, width].map(Number.parseFloat));
        const [left, width] = style.map((percent) => (percent / 100) * (to - from));
        return [from + left, from + left + width].map((seconds) => Math.round(100 * seconds) / 100);
      };
      const typed = async (...keys: string[]): Promise<(number | undefined)[]> => {
        for (const key of keys) await page.keyboard.press(key);
        return ends();
      };
      deepEqual(await typed('End', '['), []);
      deepEqual(await typed('Home', ']'), []);
      deepEqual(await typed('ArrowRight', 'ArrowRight', '['), [0.4, 4]);
      deepEqual(await typed('ArrowRight', 'ArrowRight', ']'), [0.4, 0.8]);
      equal(await told(player), 0.4);
      equal(await player.getByRole('button', { name: 'Loop' }).getAttribute('aria-pressed'), 'true');
      // The playhead stays in the stretch.
      deepEqual(await typed('Home', 'ArrowRight', '['), [0.6, 0.8]);
      deepEqual(await typed('Escape'), []);
      deepEqual(await typed('ArrowRight', ']'), [0, 0.8]);
      // As a German keyboard types a bracket on Windows.
      await typed('Escape', 'Home', 'ArrowRight');
      await page.evaluate(`document.querySelector('.onpa-player').dispatchEvent(new KeyboardEvent('keydown',
        { key: '[', ctrlKey: true, altKey: true, modifierAltGraph: true, bubbles: true }))`);
      deepEqual(await ends(), [0.2, 4]);
    });

    it('is a group with names for screen readers, whose slider tells the time', async () => {
      const group = player.getByRole('group', { name: 'third second' });
      await group.waitFor();
      const slider = group.getByRole('slider', { name: 'Position' });
      equal(await slider.getAttribute('aria-valuetext'), '0.00 s of 4.00 s');
      await slider.focus();
      await page.keyboard.press('ArrowRight');
      equal(await slider.getAttribute('aria-valuetext'), '0.20 s of 4.00 s');
      match((await group.getByRole('img').getAttribute('alt'))!, /^Waveform, 4 s/);
    });

    it('speaks Japanese on a Japanese page', async () => {
      await page.setContent(`<!doctype html><html lang="ja"><title>音</title>${html}</html>`);
      for (const name of ['再生', 'くり返す']) await page.getByRole('button', { name }).waitFor();
    });
  });

  it('is one of several that do not disturb each other: what starts ends the others', async () => {
    const sound = tone(440, 0.3, 3);
    const html = await picturePlayer(sound, { show: 'waveform' });
    const players = await put([html, html, audioElement(sound)]);
    const [first, second] = [players.nth(0), players.nth(1)];
    await playButton(first).click();
    await untilTold(0, 'seconds > 0.2');
    await playButton(second).click();
    equal(await isPlaying(first), false);
    const at = await told(first);
    await untilTold(1, 'seconds > 0.2');
    equal(await told(first), at);
    const plain = page.locator('.output > audio');
    await plain.evaluate((audio) => (audio as HTMLAudioElement).play());
    await second.getByRole('button', { name: 'Play', exact: true }).waitFor();
    await playButton(first).click();
    await page.waitForFunction('document.querySelector(".output > audio").paused');
    await untilTold(0, `seconds > ${at}`);
    await first.evaluate((host) => host.remove());
    await page.waitForFunction("window.contexts.every(({ state }) => state === 'suspended')");
  });

  it('is made once, also where the page shows an output again', async () => {
    const html = await picturePlayer(thirdSecond(), { show: 'waveform' });
    const player = await put([html]);
    // As JupyterLab does it: the HTML first, then a copy of its script, which runs.
    await page.evaluate(`(() => {
      for (const again of [false, true]) {
        const output = document.querySelector('.output');
        if (!again) output.innerHTML = ${JSON.stringify(html).replaceAll('</', '<\\/')};
        const old = output.querySelector('script');
        const script = document.createElement('script');
        script.textContent = old.textContent;
        old.replaceWith(script);
      }
    })()`);
    equal(await player.locator('.bar').count(), 1);
    await playButton(player).click();
    await untilTold(0, 'seconds > 0.1');
  });

  it('leaves the picture and a plain player where scripts are forbidden', async () => {
    const html = await comparison([
      { title: 'one', waveform: tone(440, 0.5, 1) },
      { title: 'two', waveform: tone(550, 0.5, 1) },
    ]);
    const policy = `<meta http-equiv="Content-Security-Policy" content="script-src 'none'">`;
    await put([html], policy);
    equal(await page.getByRole('img', { name: /^Mel spectrogram/ }).count(), 2);
    for (const title of ['one', 'two']) {
      const figure = page.locator('figure', { has: page.locator('figcaption', { hasText: title }) });
      ok((await figure.locator('audio').boundingBox())!.height > 20);
      equal(await figure.locator('audio').getAttribute('aria-label'), title);
    }
    ok(complaints.splice(0).every((text) => /Content Security Policy/.test(text)));
  });

  it('runs where a policy allows scripts of the page but no eval and no connection', async () => {
    const html = await picturePlayer(tone(440, 0.5, 1), { show: 'waveform' });
    const content =
      "default-src 'none'; script-src 'unsafe-inline'; img-src data:; media-src data:; style-src 'unsafe-inline'";
    const player = await put([html], `<meta http-equiv="Content-Security-Policy" content="${content}">`);
    await playButton(player).click();
    await player.locator('.time', { hasText: /^0\.[2-9]/ }).waitFor();
    // What listens in this test is refused.
    ok(complaints.splice(0).every((text) => text.includes('blob:')));
  });

  it('shows the plain player again where the browser cannot decode the sound', async () => {
    const html = await picturePlayer(tone(440, 0.5, 1), { show: 'waveform' });
    const player = await put([html.replace(/(audio\/wav;base64,)[^"]{60}/, `$1${'A'.repeat(60)}`)]);
    await playButton(player).click();
    await player.locator('audio').waitFor({ state: 'visible' });
    equal(await player.locator('.bar').count(), 0);
    // Its keys are the plain player's, and the page's.
    await page.evaluate('window.passed = []; document.addEventListener("keydown", ({ key }) => passed.push(key))');
    await player.locator('audio').focus();
    for (const key of [' ', 'Home', 'l']) await page.keyboard.press(key);
    deepEqual(await page.evaluate('window.passed'), [' ', 'Home', 'l']);
  });

  for (const [what, script] of [
    ['has no device of sound', 'window.AudioContext = class { constructor() { throw new Error("no device"); } }'],
    ['fails to begin', 'AudioBufferSourceNode.prototype.start = () => { throw new Error("not now"); }'],
  ]) {
    it(`shows the plain player again where the browser ${what}`, async () => {
      const player = await put([await picturePlayer(tone(440, 0.5, 1), { show: 'waveform' })]);
      await page.evaluate(`${script}; undefined`);
      await playButton(player).click();
      await player.locator('audio').waitFor({ state: 'visible' });
      equal(await player.locator('.bar').count(), 0);
    });
  }

  describe('that compares', () => {
    it('tells the chosen sound and what is pressed also in colours that the system forces', async () => {
      const sounds = ['one', 'two'].map((title) => ({ title, waveform: tone(440, 0.5, 1) }));
      await page.emulateMedia({ forcedColors: 'active' });
      try {
        const player = await put([await comparison(sounds)]);
        const colors = (nodes: Locator, name: string): Promise<string[]> =>
          nodes.evaluateAll((all, key) => all.map((node) => getComputedStyle(node).getPropertyValue(key)), name);
        const [chosen, other] = await colors(player.locator('.track'), 'border-left-color');
        ok(chosen !== other, chosen);
        const [pressed, not] = await colors(player.locator('.switch button'), 'background-color');
        ok(pressed !== not, pressed);
      } finally {
        await page.emulateMedia({ forcedColors: null });
      }
    });

    it('switches at the same place, without a gap or a click, by keys and buttons', async () => {
      const same = { waveform: tone(250, 0.5, 3) };
      const html = await comparison(['one', 'two', 'three'].map((title) => ({ title, ...same })));
      const player = await put([html]);
      await playButton(player).click();
      await untilTold(0, 'seconds > 0.3');
      for (const key of ['2', '3', '1', '3']) {
        const before = await told(player);
        await page.keyboard.press(key);
        const name = `${'ABC'[Number(key) - 1]}: ${['one', 'two', 'three'][Number(key) - 1]}`;
        equal(await player.getByRole('button', { name }).getAttribute('aria-pressed'), 'true');
        await untilTold(0, `seconds > ${before + 0.1}`);
      }
      await player.getByRole('button', { name: 'B: two' }).click();
      await untilTold(0, 'seconds > 1.2');
      // After a click on a switch the space bar pauses.
      await page.keyboard.press(' ');
      equal(await isPlaying(player), false);
      const rate = await page.evaluate<number>('new AudioContext().sampleRate');
      const heard = (await page.evaluate<number[]>('heard.flatMap((block) => [...block])')).map(Number);
      const start = heard.findIndex((x) => Math.abs(x) > 0.4) + 1000;
      const whole = heard.slice(start, start + 1.1 * rate);
      // A tone goes on as it did: x[n + 1] + x[n − 1] = 2 cos(ω) · x[n].
      const turn = 2 * Math.cos((2 * Math.PI * 250) / rate);
      const off = whole.slice(1, -1).map((x, n) => Math.abs(whole[n] + whole[n + 2] - turn * x));
      const worst = off.reduce((most, x) => Math.max(most, x), 0);
      ok(worst < 2e-3, `off by ${worst} after ${off.indexOf(worst) / rate} s`);
    });

    it('plays loud and soft sounds equally loud, and each as it is on request', async () => {
      const [loud, soft] = [tone(440, 0.6, 4), tone(1000, 0.1, 4)];
      const sounds = [
        { title: 'loud', waveform: loud },
        { title: 'soft', waveform: soft },
      ];
      for (const [matchLoudness, ratio] of [
        [true, 1],
        [false, 6],
      ] as const) {
        const player = await put([await comparison(sounds, { matchLoudness })]);
        await playButton(player).click();
        const levels: number[] = [];
        for (const key of ['1', '2']) {
          await page.keyboard.press(key);
          await page.evaluate('window.heard.length = 0');
          await untilHeard('heard.length > 8');
          levels.push(await page.evaluate<number>(`${rms('window.heard[8]')}`));
        }
        ok(Math.abs(levels[0] / levels[1] / ratio - 1) < 0.05, `${levels}`);
      }
    });

    it('has a playhead in each picture, and a click chooses the sound and the time', async () => {
      const html = await comparison(
        [
          { title: 'long', waveform: tone(440, 0.5, 2) },
          { title: 'short', waveform: tone(440, 0.5, 1) },
        ],
        { show: 'waveform' },
      );
      const player = await put([html]);
      const { x, y } = await pointOf(player, html, 0.75, 1);
      await page.mouse.click(x, y);
      equal(await player.getByRole('button', { name: 'B: short' }).getAttribute('aria-pressed'), 'true');
      for (const i of [0, 1]) ok(Math.abs((await headAt(player, html, i)) - 0.75) < 0.02);
      await page.keyboard.press(' ');
      equal(await player.getByRole('button', { name: 'Loop' }).getAttribute('aria-pressed'), 'true');
      // The short one is silent at its end, and the long one goes on.
      await untilTold(0, 'seconds > 1.2');
      equal(await page.evaluate(`${rms('window.heard.at(-1)')} < 1e-3`), true);
      await page.keyboard.press('1');
      await untilHeard(`${rms('heard.at(-1)')} > 0.3`);
    });
  });
});
