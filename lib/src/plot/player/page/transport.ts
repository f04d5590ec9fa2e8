import { audioContext, endTurn, takeTurn } from './shared.js';

/** A sound of a player. */
export interface Track {
  bytes(): ArrayBuffer;
  gain: number;
}

/** A stretch of time, in seconds. */
export type Range = readonly [from: number, to: number];

/** Sounds that run together, of which one is heard. */
export interface Transport {
  readonly duration: number;
  readonly isPlaying: boolean;
  readonly isLoop: boolean;
  /** The sound that is heard. */
  readonly chosen: number;
  /** The stretch that is played; undefined where all is. */
  readonly selection: Range | undefined;
  /** Where it is, in seconds: what is heard now. */
  position(): number;
  play(): void;
  pause(): void;
  /** Goes to a time, or to the nearest of the selection. */
  seek(seconds: number): void;
  select(range: Range | undefined): void;
  loop(on: boolean): void;
  /** Lets another sound be heard, at the same place. */
  choose(track: number): void;
}

/** So long a sound takes to give way to another, in seconds: no click is heard, and no gap. */
const FADE = 0.01;

/** What sounds: all tracks from one moment on. */
interface Run {
  gains: GainNode[];
  /** The position at its beginning, and the context's time then. */
  from: number;
  began: number;
  end(): void;
}

/**
 * Plays tracks in step, sample by sample, and changes which of them is heard without a gap.
 *
 * @param duration - of the longest, in seconds
 * @param changed - is called whenever something else is to be shown
 * @param failed - is called where the browser cannot decode a sound, or play any
 */
export function transport(
  tracks: readonly Track[],
  duration: number,
  changed: () => void,
  failed: () => void,
): Transport {
  let at = 0;
  let isPlaying = false;
  let isLoop = false;
  let chosen = 0;
  let selection: Range | undefined;
  let decoded: Promise<AudioBuffer[]> | undefined;
  let buffers: AudioBuffer[] | undefined;
  let run: Run | undefined;

  const range = (): Range => selection ?? [0, duration];
  const level = (i: number): number => (i === chosen ? tracks[i].gain : 0);

  function position(): number {
    if (!run) return at;
    const context = audioContext();
    const [from, to] = range();
    const passed = run.from + Math.max(0, context.currentTime - run.began - (context.outputLatency || 0));
    if (isLoop && passed >= to) return from + ((passed - from) % (to - from));
    return Math.min(passed, to);
  }

  function begin(sounds: readonly AudioBuffer[]): void {
    const context = audioContext();
    const [from, to] = range();
    if (isLoop && at >= to) at = from;
    const all = context.createGain();
    all.connect(context.destination);
    const began = context.currentTime;
    if (at > 0) {
      all.gain.setValueAtTime(0, began);
      all.gain.linearRampToValueAtTime(1, began + FADE / 2);
    }
    const gains = sounds.map((_, i) => new GainNode(context, { gain: level(i) }));
    const sources = sounds.map((buffer, i) => {
      const source = new AudioBufferSourceNode(context, { buffer, loop: isLoop, loopStart: from, loopEnd: to });
      source.connect(gains[i]).connect(all);
      if (isLoop) source.start(began, at);
      else source.start(began, at, to - at);
      return source;
    });
    const started: Run = {
      gains,
      from: at,
      began,
      end() {
        const now = context.currentTime;
        all.gain.cancelScheduledValues(now);
        all.gain.setValueAtTime(1, now);
        all.gain.linearRampToValueAtTime(0, now + FADE);
        for (const source of sources) source.stop(now + FADE);
      },
    };
    sources[0].onended = () => {
      if (run !== started) return;
      at = range()[1];
      run = undefined;
      stop();
    };
    run = started;
  }

  /** Goes on from `at`, as it is now to be. */
  function again(): void {
    if (run && buffers) {
      run.end();
      begin(buffers);
    }
    changed();
  }

  function stop(): void {
    run?.end();
    run = undefined;
    isPlaying = false;
    endTurn(self);
    changed();
  }

  /** All tracks at one rate and of one length, so that they loop together. */
  async function decode(context: AudioContext): Promise<AudioBuffer[]> {
    const all = await Promise.all(tracks.map((track) => context.decodeAudioData(track.bytes())));
    const length = Math.max(Math.ceil(duration * context.sampleRate), ...all.map((buffer) => buffer.length));
    return all.map((buffer) => {
      const padded = context.createBuffer(buffer.numberOfChannels, length, context.sampleRate);
      for (let i = 0; i < buffer.numberOfChannels; i++) padded.copyToChannel(buffer.getChannelData(i), i);
      return padded;
    });
  }

  /** Begins as soon as all is decoded; there may be no device of sound at all. */
  async function start(): Promise<void> {
    const context = audioContext();
    decoded ??= decode(context);
    [buffers] = await Promise.all([decoded, context.resume()]);
    if (isPlaying && !run) begin(buffers);
    changed();
  }

  const self: Transport = {
    duration,
    get isPlaying() {
      return isPlaying;
    },
    get isLoop() {
      return isLoop;
    },
    get chosen() {
      return chosen;
    },
    get selection() {
      return selection;
    },
    position,
    play() {
      if (isPlaying) return;
      isPlaying = true;
      const [from, to] = range();
      if (at < from || at > to - 1e-3) at = from;
      takeTurn(self);
      changed();
      start().catch(failed);
    },
    pause() {
      if (!isPlaying) return;
      at = position();
      stop();
    },
    seek(seconds) {
      const [from, to] = range();
      at = Math.min(Math.max(seconds, from), to);
      again();
    },
    select(stretch) {
      at = position();
      selection = stretch;
      if (stretch) {
        isLoop = true;
        at = stretch[0];
      }
      again();
    },
    loop(on) {
      at = position();
      isLoop = on;
      again();
    },
    choose(track) {
      chosen = track;
      run?.gains.forEach(({ gain }, i) => {
        const now = audioContext().currentTime;
        gain.cancelScheduledValues(now);
        gain.setValueAtTime(gain.value, now);
        gain.linearRampToValueAtTime(level(i), now + FADE);
      });
      changed();
    },
  };
  return self;
}
