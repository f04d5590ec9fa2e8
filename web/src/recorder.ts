import { audioContext, listenerNode } from './listening.js';
import type { Heard } from './messages.js';

const HEADER_BYTES = 44;

/** What a microphone hears, until it is stopped. */
export interface Recording {
  /** In seconds. */
  duration(): number;
  /** @returns a WAV file of 16 bits, mono */
  stop(): Blob;
}

/**
 * Records from the microphone, as it is: without what makes speech clearer.
 *
 * @param ended - is called where the microphone is taken away
 * @throws DOMException where there is no microphone, or it may not be used
 */
export async function record(hear: (heard: Heard) => void, ended: () => void): Promise<Recording> {
  if (!navigator.mediaDevices) throw new DOMException('this address may not use one', 'NotFoundError');
  const audio = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };
  const stream = await navigator.mediaDevices.getUserMedia({ audio });
  try {
    return await recordFrom(stream, hear, ended);
  } catch (error) {
    close(stream);
    throw error;
  }
}

async function recordFrom(stream: MediaStream, hear: (heard: Heard) => void, ended: () => void): Promise<Recording> {
  const context = audioContext();
  await context.resume();
  const { sampleRate } = context;
  // The browser may keep blobs on disk: an hour of sound costs no memory.
  const pieces: Blob[] = [];
  let waiting: Int16Array<ArrayBuffer>[] = [];
  let samples = 0;
  const keep = (heard: Heard): void => {
    waiting.push(Int16Array.from(heard.samples, (x) => Math.max(-32768, Math.min(32767, Math.round(x * 32768)))));
    samples += heard.samples.length;
    if (waiting.length < 100) return;
    pieces.push(new Blob(waiting));
    waiting = [];
  };
  const listener = await listenerNode((heard) => {
    keep(heard);
    hear(heard);
  });
  const source = context.createMediaStreamSource(stream);
  source.connect(listener);
  for (const track of stream.getTracks()) track.addEventListener('ended', ended);
  return {
    duration: () => samples / sampleRate,
    stop() {
      source.disconnect();
      listener.disconnect();
      listener.port.postMessage('end');
      close(stream);
      return new Blob([wavHeader(samples, sampleRate), ...pieces, ...waiting], { type: 'audio/wav' });
    },
  };
}

function close(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}

function wavHeader(samples: number, sampleRate: number): Uint8Array<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(HEADER_BYTES));
  const text = (at: number, letters: string): void => {
    for (const [i, letter] of [...letters].entries()) view.setUint8(at + i, letter.charCodeAt(0));
  };
  text(0, 'RIFF');
  view.setUint32(4, HEADER_BYTES - 8 + 2 * samples, true);
  text(8, 'WAVEfmt ');
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, sampleRate, true);
  view.setUint32(28, 2 * sampleRate, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  text(36, 'data');
  view.setUint32(40, 2 * samples, true);
  return new Uint8Array(view.buffer);
}
