import type { Heard } from './messages.js';

let context: AudioContext | undefined;
let loaded: Promise<void> | undefined;

/** The page's sound, which begins with the first click. */
export function audioContext(): AudioContext {
  context ??= new AudioContext();
  return context;
}

/** A node that tells what comes in, measured in the thread of sound. */
export async function listenerNode(hear: (heard: Heard) => void): Promise<AudioWorkletNode> {
  const audio = audioContext();
  loaded ??= audio.audioWorklet.addModule(new URL(LISTENER, import.meta.url).href);
  try {
    await loaded;
  } catch (error) {
    // It may be there the next time.
    loaded = undefined;
    throw error;
  }
  const node = new AudioWorkletNode(audio, 'listener', { channelCount: 1, channelCountMode: 'explicit' });
  node.port.onmessage = ({ data }: MessageEvent<Heard>) => hear(data);
  // It gives silence; a node that leads nowhere would not be run.
  node.connect(audio.destination);
  return node;
}
