import type { SoundData } from '../sound-data.js';
import { clock, element } from './element.js';
import { picture } from './picture.js';
import { shared } from './shared.js';
import { STYLE } from './style.js';
import { transport } from './transport.js';
import { wordsOf } from './words.js';

/** A sound as the page has it: the figure that is seen where no script runs. */
interface Sound extends SoundData {
  title: string;
  image: HTMLImageElement;
  audio: HTMLAudioElement;
}

function soundOf(figure: HTMLElement): Sound {
  return {
    ...(JSON.parse(figure.dataset.onpa ?? '') as SoundData),
    title: figure.querySelector('figcaption')?.textContent ?? '',
    image: figure.querySelector('img')!,
    audio: figure.querySelector('audio')!,
  };
}

/** The bytes of a data URL. `fetch` may be forbidden where scripts are not. */
function bytesOf({ src }: HTMLAudioElement): ArrayBuffer {
  return Uint8Array.from(atob(src.slice(src.indexOf(',') + 1)), (letter) => letter.charCodeAt(0)).buffer;
}

const letter = (i: number): string => String.fromCharCode(65 + i);

/** Puts a player in the place of figures, which stay below it in case that it fails. */
export function upgrade(host: HTMLElement): void {
  if (host.shadowRoot) return;
  const sounds = Array.from(host.querySelectorAll<HTMLElement>('figure[data-onpa]'), soundOf);
  const duration = Math.max(...sounds.map(({ seconds }) => seconds));
  const isLong = duration >= 60;
  const several = sounds.length > 1;
  const words = wordsOf(host);
  const root = host.attachShadow({ mode: 'open' });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(STYLE);
  root.adoptedStyleSheets = [sheet];

  const tracks = sounds.map((sound) => ({ gain: sound.gain, bytes: () => bytesOf(sound.audio) }));
  const sound = transport(tracks, duration, follow, () => {
    sound.pause();
    // The plain player has keys of its own.
    shared.keys.delete(host);
    root.replaceChildren(element('slot', {}));
  });
  const toggle = (): void => (sound.isPlaying ? sound.pause() : sound.play());

  const button = (name: string, use: () => void, ...inside: (Node | string)[]): HTMLButtonElement => {
    const made = element('button', { type: 'button', 'aria-label': name, title: name }, ...inside);
    made.addEventListener('click', use);
    return made;
  };
  const play = button(words.play, toggle, element('span', { class: 'sign' }));
  const loop = button(words.loop, () => sound.loop(!sound.isLoop), words.loop);
  const choices = sounds.map(({ title }, i) => {
    const made = button(`${letter(i)}: ${title}`, () => sound.choose(i), letter(i));
    // After a click the space bar plays; who comes by the keyboard stays where he is.
    made.addEventListener('click', ({ detail }) => detail > 0 && player.focus({ preventScroll: true }));
    return made;
  });
  const pictures = sounds.map(({ image, plots }, i) =>
    picture(image, plots, duration, {
      seek(seconds) {
        const { selection } = sound;
        if (selection && (seconds < selection[0] || seconds > selection[1])) sound.select(undefined);
        sound.choose(i);
        sound.seek(seconds);
      },
      select(range) {
        sound.choose(i);
        sound.select(range);
        sound.play();
      },
    }),
  );
  const panels = sounds.map(({ title }, i) => {
    const name = several ? `${letter(i)} · ${title}` : title;
    pictures[i].node.title = words.hint;
    return element(
      'div',
      { class: 'track' },
      ...(name ? [element('div', { class: 'name' }, name)] : []),
      pictures[i].node,
    );
  });
  const slider = element('input', { type: 'range', min: '0', max: String(duration), step: 'any', value: '0' });
  slider.setAttribute('aria-label', words.position);
  slider.addEventListener('input', () => sound.seek(slider.valueAsNumber));
  const time = element('span', { class: 'time' });
  const bar = element('div', { class: 'bar' }, play);
  if (several) bar.append(element('div', { class: 'switch', role: 'group', 'aria-label': words.sounds }, ...choices));
  bar.append(loop, slider, time);
  const label = sounds.map(({ title, audio }) => title || (audio.getAttribute('aria-label') ?? '')).join(', ');
  const player = element('div', { role: 'group', 'aria-label': label, tabindex: '-1' }, ...panels, bar);
  player.addEventListener('pointerup', ({ target }) => {
    if (pictures.some(({ node }) => node.contains(target as Node))) player.focus({ preventScroll: true });
  });
  root.append(player);

  function move(): void {
    const position = sound.position();
    for (const { show } of pictures) show(position, sound.selection);
    time.textContent = `${clock(position, isLong)} / ${clock(duration, isLong)}`;
    slider.value = String(position);
  }

  function follow(): void {
    player.className = `player${several ? ' several' : ''}${sound.isPlaying ? ' playing' : ''}`;
    play.title = sound.isPlaying ? words.pause : words.play;
    play.setAttribute('aria-label', play.title);
    loop.setAttribute('aria-pressed', String(sound.isLoop));
    for (const [i, choice] of choices.entries()) {
      choice.setAttribute('aria-pressed', String(i === sound.chosen));
      panels[i].classList.toggle('chosen', i === sound.chosen);
    }
    move();
    slider.setAttribute('aria-valuetext', words.time(clock(sound.position(), isLong), clock(duration, isLong)));
    if (sound.isPlaying && !isMoving) frame();
  }

  /** Moves the playhead with each picture of the screen; a player that is taken out of the page ends. */
  let isMoving = false;
  function frame(): void {
    if (!host.isConnected) sound.pause();
    isMoving = sound.isPlaying;
    if (!isMoving) return;
    move();
    requestAnimationFrame(frame);
  }

  /** Puts an end of the stretch where the playhead is. The other one stays, or is that of the sound. */
  function mark(end: 'from' | 'to'): void {
    const at = sound.position();
    const [from, to] = sound.selection ?? [0, duration];
    if (end === 'from' && at < duration) sound.select([at, at < to ? to : duration]);
    if (end === 'to' && at > 0) sound.select([at > from ? from : 0, at]);
  }

  /** Keys step by a twentieth of the sound. */
  const step = duration / 20;
  const actions: Record<string, () => void> = {
    ' ': toggle,
    ArrowLeft: () => sound.seek(sound.position() - step),
    ArrowRight: () => sound.seek(sound.position() + step),
    Home: () => sound.seek(0),
    End: () => sound.seek(duration),
    l: () => sound.loop(!sound.isLoop),
    L: () => sound.loop(!sound.isLoop),
    '[': () => mark('from'),
    ']': () => mark('to'),
    Escape: () => sound.select(undefined),
  };
  if (several) for (const i of sounds.keys()) actions[String(i + 1)] = () => sound.choose(i);
  shared.keys.set(host, (event) => {
    if (!(event.key in actions) || (event.key === 'Escape' && !sound.selection)) return false;
    // A button that has the focus takes the space bar itself.
    if (event.key === ' ' && event.composedPath()[0] instanceof HTMLButtonElement) return true;
    event.preventDefault();
    actions[event.key]();
    return true;
  });
  // Who compares hears it again and again.
  sound.loop(several);
}
