import type { Answer, ModelPlace, News, Request } from './messages.js';

/** A sound is drawn and heard in a thread of its own. */
export class Analysis {
  readonly #place: ModelPlace;
  readonly #hear: (news: News) => void;
  #worker: Worker | undefined;
  #id = 0;

  /** @param hear - is told what is found of the sound that was asked for last */
  constructor(place: ModelPlace, hear: (news: News) => void) {
    this.#place = place;
    this.#hear = hear;
  }

  #begin(): Worker {
    // A script of its own address would not be bound by the page's Content Security Policy; this one is.
    const script = `import ${JSON.stringify(new URL(WORKER, import.meta.url).href)};`;
    const url = URL.createObjectURL(new Blob([script], { type: 'text/javascript' }));
    const worker = new Worker(url, { type: 'module' });
    worker.addEventListener('message', ({ data }: MessageEvent<Answer>) => {
      if (data.id === this.#id) this.#hear(data);
    });
    worker.addEventListener('error', ({ message }) => {
      worker.terminate();
      this.#worker = undefined;
      this.#hear({ type: 'failed', why: 'cannotClassify', detail: message ?? 'a script is missing' });
    });
    URL.revokeObjectURL(url);
    return worker;
  }

  /** Gives up what it is at, and begins another. */
  start(file: Blob): void {
    this.#send(file);
  }

  cancel(): void {
    this.#send();
  }

  #send(file?: Blob): void {
    this.#worker ??= this.#begin();
    this.#worker.postMessage({ id: ++this.#id, file, model: this.#place } satisfies Request);
  }
}
