import './style.css';
import { Analysis } from './analysis.js';
import { chooseAppearance } from './appearance.js';
import { magmaCss } from './colors.js';
import { onDrop } from './drop.js';
import { canvas, find, offer } from './elements.js';
import { clock } from './format.js';
import { LIVE_SECONDS, LiveView } from './live.js';
import type { Failure, News } from './messages.js';
import { closeTheDoor, modelPlace } from './model-place.js';
import { Player } from './player.js';
import { type Recording, record } from './recorder.js';
import { drawTimes, showResults } from './results.js';
import { offerSamples } from './samples.js';
import { ScoreBars } from './scores.js';
import { best, Timeline } from './timeline.js';
import { Transport } from './transport.js';
import { WholeView } from './whole.js';
import { countWindows, WINDOW } from './windows.js';
import { hush, say, type Values, type Word, word } from './words.js';

const { place, isName } = modelPlace(new URL(location.href));
if (!place.fromHub) closeTheDoor();
const model = place.name;

const whole = new WholeView(canvas('waveform'), canvas('mel'), find('hertz'));
const timeline = new Timeline(canvas('strip'), canvas('timeline'), find('labels'));
const bars = new ScoreBars(find('scores'), find('best'));
const live = new LiveView(canvas('live'));
const player = new Player((heard) => live.push(heard));
const transport = new Transport(player, timeline, bars, togglePlay);

let analysis: Analysis | undefined;
let recording: Recording | undefined;
let name = '';
/** Whether the microphone is being asked for. */
let isStarting = false;
/** Counts sounds: what comes late does not take the place of a newer one. */
let turn = 0;

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
  if (why === 'cannotDecode') {
    player.element.pause();
    find('sound').hidden = true;
  } else showResults(timeline);
  complain(why === 'noModel' && place.fromHub ? 'noHubModel' : why, { name, model, detail });
}

// A sound: drawn, then heard

/** What opens a sound that is yet to come, unless another comes first. */
function claim(): typeof open {
  const mine = ++turn;
  return (file, called) => {
    if (mine === turn) open(file, called);
  };
}

function open(file: Blob, called: string): void {
  turn++;
  if (recording) endRecording();
  hush(find('error'));
  hush(find('status'));
  name = called;
  find('sound').hidden = false;
  find('whole').hidden = false;
  find('results').hidden = true;
  find('keep').hidden = true;
  hush(find('name'));
  find('name').textContent = called;
  hush(find('facts'));
  live.clear();
  transport.forget();
  find('idle').hidden = false;
  player.load(file);
  timeline.begin(timeline.duration);
  bars.show([], [], undefined);
  find<HTMLProgressElement>('progress').removeAttribute('value');
  busy(true);
  state('decoding');
  analysis ??= new Analysis(place, hear);
  analysis.start(file);
}

function hear(news: News): void {
  if (news.type === 'sound') {
    const { duration, sampleRate } = news;
    say(find('facts'), 'seconds', { rate: sampleRate.toLocaleString('en'), duration: clock(duration) });
    transport.begin(duration);
    whole.begin(news.columns, news.topHz);
    timeline.begin(duration);
    say(find('explained'), duration < WINDOW.seconds ? 'shortWindow' : 'windows');
    drawTimes(duration);
    state('loadingModel', { model });
  } else if (news.type === 'columns') whole.add(news);
  else if (news.type === 'model') timeline.setLabels(news.labels);
  else if (news.type === 'scores') {
    timeline.add(news.scores);
    const [done, total] = [timeline.windows.length, countWindows(timeline.duration)];
    find<HTMLProgressElement>('progress').value = done / total;
    state('progress', { done, total });
  } else if (news.type === 'done') finish();
  else fail(news.why, news.detail);
}

function finish(): void {
  const { windows, labels } = timeline;
  if (windows.length === 0) {
    fail('tooShort', '');
    return;
  }
  busy(false);
  showResults(timeline);
  const counts = new Uint32Array(labels.length);
  for (const scores of windows) counts[best(scores)]++;
  announce(windows.length > 1 ? 'done' : 'doneShort', { label: labels[counts.indexOf(Math.max(...counts))] });
}

function cancel(): void {
  analysis?.cancel();
  busy(false);
  showResults(timeline);
  announce('cancelled', { done: timeline.windows.length, total: countWindows(timeline.duration) });
}

// Recording

async function startRecording(): Promise<void> {
  if (isStarting) return;
  isStarting = true;
  hush(find('error'));
  try {
    recording = await record((heard) => live.push(heard), stopRecording);
  } catch (error) {
    const { name: kind, message } = error as DOMException;
    complain(kind === 'NotAllowedError' ? 'microphoneRefused' : 'microphoneMissing', { detail: message });
    return;
  } finally {
    isStarting = false;
  }
  turn++;
  analysis?.cancel();
  busy(false);
  player.element.pause();
  live.clear();
  find('idle').hidden = true;
  find('sound').hidden = false;
  find('whole').hidden = true;
  say(find('name'), 'recording');
  hush(find('facts'));
  find('record').classList.add('recording');
  say(find('record'), 'stopRecording');
  bars.show([], [], undefined);
}

/** @returns what was recorded, or undefined where that is nothing */
function endRecording(): Blob | undefined {
  const isEmpty = recording!.duration() === 0;
  const file = recording!.stop();
  recording = undefined;
  find('record').classList.remove('recording');
  say(find('record'), 'record');
  return isEmpty ? undefined : file;
}

function stopRecording(): void {
  const file = endRecording();
  if (!file) {
    find('sound').hidden = true;
    complain('emptyRecording');
    return;
  }
  open(file, word('recording'));
  say(find('name'), 'recording');
  offer('keep', file);
  find('keep').hidden = false;
}

// Playing

async function togglePlay(): Promise<void> {
  if (recording) return;
  if (!player.element.paused) return player.element.pause();
  try {
    await player.play();
  } catch (error) {
    // Another sound, or a pause, came first.
    if ((error as DOMException).name !== 'AbortError') complain('cannotPlay', { name });
  }
}

function frame(now: number): void {
  if (!find('sound').hidden) {
    live.draw(now);
    if (recording) {
      find('time').textContent = clock(recording.duration());
      find('duration').textContent = '';
    } else transport.show();
  }
  requestAnimationFrame(frame);
}

function drawAll(): void {
  live.redraw();
  whole.draw();
  timeline.draw();
  drawTimes(timeline.duration);
}

function connect(): void {
  const file = find<HTMLInputElement>('file');
  find('choose').addEventListener('click', () => file.click());
  file.addEventListener('change', () => {
    if (file.files?.[0]) open(file.files[0], file.files[0].name);
    file.value = '';
  });
  offerSamples(claim, (detail) => complain('noSample', { detail }));
  find('record').addEventListener('click', () => (recording ? stopRecording() : startRecording()));
  find('cancel').addEventListener('click', cancel);
  onDrop((file) => open(file, file.name));
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
chooseAppearance(() => {
  transport.forget();
  drawAll();
});
requestAnimationFrame(frame);
navigator.serviceWorker?.register('service-worker.js').catch(() => {});
