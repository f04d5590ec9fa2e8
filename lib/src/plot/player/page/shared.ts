/** What plays; only one of a page does at a time. */
export interface Playing {
  pause(): void;
}

/** What all players of a page have in common, each of which brings the script along. */
interface Shared {
  /** Made when something is played first: browsers allow no sound before. */
  context?: AudioContext;
  playing?: Playing;
  /** By the host of each player: takes a key, or does not. */
  keys: WeakMap<EventTarget, (event: KeyboardEvent) => boolean>;
}

const NAME = Symbol.for('onpa player');

function make(): Shared {
  const made: Shared = { keys: new WeakMap() };
  // Before all others: JupyterLab has commands on the keys of a player, and its listener is the document's.
  window.addEventListener(
    'keydown',
    (event) => {
      // On many keyboards brackets are typed with AltGr, which Windows tells as both.
      const isCommand = (event.altKey || event.ctrlKey) && !event.getModifierState('AltGraph');
      if (isCommand || event.metaKey || event.defaultPrevented) return;
      for (const target of event.composedPath()) {
        if (made.keys.get(target)?.(event)) event.stopImmediatePropagation();
      }
    },
    true,
  );
  // A plain player of the page that starts ends what plays here.
  document.addEventListener('play', () => made.playing?.pause(), true);
  return made;
}

const page = globalThis as { [NAME]?: Shared };

export const shared: Shared = page[NAME] ?? make();
page[NAME] = shared;

/** The context of all players of the page. */
export function audioContext(): AudioContext {
  shared.context ??= new AudioContext();
  return shared.context;
}

/** Notes what plays now, and ends what did. */
export function takeTurn(playing: Playing): void {
  if (shared.playing !== playing) shared.playing?.pause();
  shared.playing = playing;
  document.querySelectorAll('audio').forEach((audio) => void audio.pause());
}

/** Notes that nothing plays; a context that runs would keep the device of sound busy. */
export function endTurn(playing: Playing): void {
  if (shared.playing !== playing) return;
  shared.playing = undefined;
  setTimeout(() => {
    if (!shared.playing) shared.context?.suspend();
  }, 100);
}
