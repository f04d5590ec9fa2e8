import './style.css';
import { Analysis } from './analysis.js';
import { magmaCss } from './colors.js';
import { clock, percent, timeTicks } from './format.js';
import { LIVE_SECONDS, LiveView } from './live.js';
import type { Failure, News } from './messages.js';
import { closeTheDoor, modelPlace } from './model-place.js';
import { Player } from './player.js';
import { type Recording, record } from './recorder.js';
import { ScoreBars } from './scores.js';
import { remember, remembered, type Theme } from './settings.js';
import { best, Timeline } from './timeline.js';
import { WholeView } from './whole.js';
import { countWindows, WINDOW } from './windows.js';
import { hush, type Language, pageLanguage, say, speak, type Values, type Word, word } from './words.js';

const find = <T extends HTMLElement = HTMLElement>(id: string): T => document.getElementById(id) as T;
const canvas = (id: string): HTMLCanvasElement => find<HTMLCanvasElement>(id);

const SAMPLES = { medley: 'medley.wav', reggae: 'reggae.flac', trumpet: 'trumpet.ogg', speech: 'speech.ogg' } as const;

const { place, isName } = modelPlace(new URL(location.href));
if (!place.fromHub) closeTheDoor();
const model = place.name;

const whole = new WholeView(canvas('waveform'), canvas('mel'), find('hertz'));
const timeline = new Timeline(canvas('strip'), canvas('timeline'), find('labels'));
const bars = new ScoreBars(find('scores'), find('best'));
const live = new LiveView(canvas('live'));
const player = new Player((heard) => live.push(heard));
const position = find<HTMLInputElement>('position');

let analysis: Analysis | undefined;
let recording: Recording | undefined;
let name = '';
let duration = 0;

// What is said of the sound

function complain(key: Word, values?: Values): void {
  say(find('error'), key, values);
}

function state(key: Word, values?: Values): void {
  say(find('state'), key, values);
}

/** For screen readers: what has come to an end, not each step. */
function announce(key: Word, values?: Values): void {
  state(key, values);
  say(find('status'), key, values);
}

function busy(isBusy: boolean): void {
  find('progress').hidden = find('cancel').hidden = !isBusy;
}

function fail(why: Failure, detail: string): void {
  console.warn(detail);
  busy(false);
  hush(find('state'));
  if (why === 'cannotDecode') find('sound').hidden = true;
  complain(why === 'noModel' && place.fromHub ? 'noHubModel' : why, { name, model, detail });
}

// A sound: drawn, then heard

function open(file: Blob, called: string): void {
  hush(find('error'));
  hush(find('status'));
  name = called;
  find('sound').hidden = false;
  find('whole').hidden = false;
  find('results').hidden = true;
  find('keep').hidden = true;
  find('name').textContent = called;
  hush(find('facts'));
  live.clear();
  shown = undefined;
  find('idle').hidden = false;
  player.load(file);
  timeline.begin(duration);
  bars.show([], [], undefined);
  find<HTMLProgressElement>('progress').removeAttribute('value');
  busy(true);
  state('decoding');
  analysis ??= new Analysis(place, hear);
  analysis.start(file);
}

function hear(news: News): void {
  if (news.type === 'sound') {
    duration = news.duration;
    say(find('facts'), 'seconds', { rate: news.sampleRate.toLocaleString('en'), duration: clock(duration) });
    find('duration').textContent = ` / ${clock(duration)}`;
    position.max = String(duration);
    whole.begin(news.columns, news.topHz);
    timeline.begin(duration);
    say(find('explained'), duration < WINDOW.seconds ? 'shortWindow' : 'windows');
    drawTimes();
    state('loadingModel', { model });
  } else if (news.type === 'columns') whole.add(news);
  else if (news.type === 'model') timeline.setLabels(news.labels);
  else if (news.type === 'scores') {
    timeline.add(news.scores);
    const [done, total] = [timeline.windows.length, countWindows(duration)];
    find<HTMLProgressElement>('progress').value = done / total;
    state('progress', { done, total });
  } else if (news.type === 'done') finish();
  else fail(news.why, news.detail);
}

function finish(): void {
  busy(false);
  showResults();
  const share = (label: number): number => timeline.windows.filter((scores) => best(scores) === label).length;
  const most = [...timeline.labels.keys()].sort((a, b) => share(b) - share(a))[0];
  announce(timeline.windows.length > 1 ? 'done' : 'doneShort', { label: timeline.labels[most] });
}

function showResults(): void {
  find('results').hidden = timeline.windows.length === 0;
  const lines = timeline.spans().map(({ from, to, label, score }) => {
    const line = document.createElement('tr');
    for (const text of [`${from.toFixed(1)} s`, `${to.toFixed(1)} s`, timeline.labels[label], percent(score)]) {
      line.insertCell().textContent = text;
    }
    return line;
  });
  find('spans').replaceChildren(...lines);
  offer('save', new Blob([timeline.csv()], { type: 'text/csv' }));
}

/** Has a link save a file. */
function offer(id: string, file: Blob): void {
  const link = find<HTMLAnchorElement>(id);
  if (link.href) URL.revokeObjectURL(link.href);
  link.href = URL.createObjectURL(file);
}

function cancel(): void {
  analysis?.cancel();
  busy(false);
  showResults();
  announce('cancelled', { done: timeline.windows.length, total: countWindows(duration) });
}

// Recording

async function startRecording(): Promise<void> {
  hush(find('error'));
  player.element.pause();
  try {
    recording = await record((heard) => live.push(heard));
  } catch (error) {
    const { name: kind, message } = error as DOMException;
    complain(kind === 'NotAllowedError' ? 'microphoneRefused' : 'microphoneMissing', { detail: message });
    return;
  }
  analysis?.cancel();
  live.clear(recording.sampleRate);
  find('idle').hidden = true;
  find('sound').hidden = false;
  find('whole').hidden = true;
  say(find('name'), 'recording');
  hush(find('facts'));
  find('record').classList.add('recording');
  say(find('record'), 'stopRecording');
  bars.show([], [], undefined);
}

function stopRecording(): void {
  const { duration: lasted } = recording!;
  const isEmpty = lasted() === 0;
  const file = recording!.stop();
  recording = undefined;
  find('record').classList.remove('recording');
  say(find('record'), 'record');
  if (isEmpty) complain('emptyRecording');
  else {
    open(file, word('recording'));
    offer('keep', file);
    find('keep').hidden = false;
  }
}

// Playing

async function togglePlay(): Promise<void> {
  if (recording) return;
  if (!player.element.paused) return player.element.pause();
  try {
    await player.play();
  } catch {
    complain('cannotPlay', { name });
  }
}

function showPlaying(): void {
  const { paused } = player.element;
  const button = find('play');
  button.dataset.label = paused ? 'play' : 'pause';
  button.setAttribute('aria-label', word(paused ? 'play' : 'pause'));
  button.classList.toggle('playing', !paused);
  if (!paused) find('idle').hidden = true;
}

function seek(time: number): void {
  player.element.currentTime = Math.min(Math.max(time, 0), duration);
}

/** The last that was shown: what rests costs nothing. */
let shown: { time: number; windows: number } | undefined;

function showPosition(time: number): void {
  if (shown?.time === time && shown.windows === timeline.windows.length) return;
  shown = { time, windows: timeline.windows.length };
  find('time').textContent = clock(time);
  find('playhead').style.left = `${(100 * time) / (duration || 1)}%`;
  position.value = String(time);
  const scores = timeline.at(time);
  bars.show(timeline.labels, timeline.rows, scores);
  const label = scores && best(scores);
  const values = { time: clock(time), duration: clock(duration) };
  const text =
    label === undefined
      ? word('positionValue', values)
      : word('positionHeard', { ...values, label: timeline.labels[label], score: percent(scores![label]) });
  if (position.getAttribute('aria-valuetext') !== text) position.setAttribute('aria-valuetext', text);
}

function frame(now: number): void {
  if (!find('sound').hidden) {
    live.draw(now);
    if (recording) {
      find('time').textContent = clock(recording.duration());
      find('duration').textContent = '';
    } else showPosition(player.element.currentTime);
  }
  requestAnimationFrame(frame);
}

function drawTimes(): void {
  const times = find('times');
  const ticks = timeTicks(duration, Math.max(2, times.clientWidth / 70));
  times.replaceChildren(
    ...ticks.map(({ time, text }) => {
      const tick = document.createElement('span');
      tick.textContent = text;
      tick.style.left = `${(100 * time) / duration}%`;
      tick.classList.toggle('last', time > 0.93 * duration);
      return tick;
    }),
  );
}

function drawAll(): void {
  live.redraw();
  whole.draw();
  timeline.draw();
  drawTimes();
}

// Language, theme, model

function setLanguage(language: Language): void {
  speak(language);
  shown = undefined;
  find('language').lang = language === 'en' ? 'ja' : 'en';
}

function setTheme(theme: Theme): void {
  document.documentElement.dataset.theme = theme;
  say(find('theme'), theme === 'dark' ? 'toLight' : 'toDark');
  drawAll();
}

async function openSample(key: keyof typeof SAMPLES): Promise<void> {
  try {
    const response = await fetch(new URL(`samples/${SAMPLES[key]}`, location.href));
    if (!response.ok) throw new Error(String(response.status));
    open(await response.blob(), SAMPLES[key]);
  } catch (error) {
    complain('noSample', { detail: (error as Error).message });
  }
}

function connect(): void {
  const file = find<HTMLInputElement>('file');
  find('choose').addEventListener('click', () => file.click());
  file.addEventListener('change', () => {
    if (file.files?.[0]) open(file.files[0], file.files[0].name);
    file.value = '';
  });
  for (const key of Object.keys(SAMPLES) as (keyof typeof SAMPLES)[]) {
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'sample';
    button.dataset.word = key;
    button.addEventListener('click', () => openSample(key));
    find('samples').append(button);
  }
  find('record').addEventListener('click', () => (recording ? stopRecording() : startRecording()));
  find('cancel').addEventListener('click', cancel);
  find('play').addEventListener('click', togglePlay);
  for (const event of ['play', 'pause', 'ended']) player.element.addEventListener(event, showPlaying);
  position.addEventListener('input', () => seek(Number(position.value)));
  position.addEventListener('keydown', (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1, PageDown: -10, PageUp: 10 }[event.key];
    if (event.key === ' ') togglePlay();
    else if (step) seek(player.element.currentTime + step);
    else return;
    event.preventDefault();
  });
  document.addEventListener('dragover', (event) => {
    event.preventDefault();
    document.body.classList.add('dropping');
  });
  document.addEventListener('dragleave', ({ relatedTarget }) => {
    if (!relatedTarget) document.body.classList.remove('dropping');
  });
  document.addEventListener('drop', (event) => {
    event.preventDefault();
    document.body.classList.remove('dropping');
    const dropped = event.dataTransfer?.files[0];
    if (dropped) open(dropped, dropped.name);
  });
  find('language').addEventListener('click', () => {
    const language = pageLanguage() === 'en' ? 'ja' : 'en';
    remember('language', language);
    setLanguage(language);
  });
  find('theme').addEventListener('click', () => {
    const theme = document.documentElement.dataset.theme === 'dark' ? 'light' : 'dark';
    remember('theme', theme);
    setTheme(theme);
  });
  new ResizeObserver(drawAll).observe(find('whole'));
}

connect();
canvas('live').dataset.label = 'liveLabel';
canvas('live').dataset.values = JSON.stringify({ seconds: LIVE_SECONDS });
say(find('ago'), 'secondsAgo', { seconds: LIVE_SECONDS });
say(find('model'), place.fromHub ? 'modelHub' : 'modelHere', { model });
if (place.fromHub) {
  find('hub').hidden = false;
  say(find('hub'), 'asksHub', { model });
}
if (!isName) complain('badModel', { model });
find('scale').style.background = `linear-gradient(90deg, ${[0, 0.2, 0.4, 0.6, 0.8, 1].map(magmaCss)})`;
find('about-model').hidden = model !== 'mini-genres';
setLanguage(remembered('language') ?? (navigator.language.startsWith('ja') ? 'ja' : 'en'));
setTheme(remembered('theme') ?? (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'));
requestAnimationFrame(frame);
navigator.serviceWorker?.register('service-worker.js').catch(() => {});
