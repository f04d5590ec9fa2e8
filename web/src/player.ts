import { audioContext, listenerNode } from './listening.js';
import type { Heard } from './messages.js';

/** Plays a file, as the browser streams it, and has it listened to. */
export class Player {
  readonly element = new Audio();
  readonly #hear: (heard: Heard) => void;
  #source: MediaElementAudioSourceNode | undefined;
  #listener: Promise<AudioWorkletNode> | undefined;
  #url = '';

  constructor(hear: (heard: Heard) => void) {
    this.#hear = hear;
    this.element.addEventListener('playing', () => this.#connect());
    for (const event of ['pause', 'ended', 'emptied']) {
      this.element.addEventListener(event, () => this.#disconnect());
    }
  }

  load(file: Blob): void {
    this.element.pause();
    URL.revokeObjectURL(this.#url);
    this.#url = URL.createObjectURL(file);
    this.element.src = this.#url;
  }

  /** @throws Error where the browser cannot play the file */
  async play(): Promise<void> {
    const audio = audioContext();
    if (!this.#source) {
      this.#source = audio.createMediaElementSource(this.element);
      this.#source.connect(audio.destination);
      this.#listener = listenerNode(this.#hear);
    }
    await audio.resume();
    await this.element.play();
  }

  async #connect(): Promise<void> {
    const listener = await this.#listener!;
    if (!this.element.paused) this.#source!.connect(listener);
  }

  /** A file that rests is silence, which is not to be drawn. */
  async #disconnect(): Promise<void> {
    const listener = await this.#listener;
    if (listener && this.element.paused) {
      this.#source!.disconnect();
      this.#source!.connect(audioContext().destination);
    }
  }
}
