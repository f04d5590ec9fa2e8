import { escapeHtml } from '../../html.js';
import { audioTag } from './audio-data.js';
import { PLAYER_SCRIPT } from './player-script.js';
import type { SoundData } from './sound-data.js';
import type { DrawnPicture } from './sound-picture.js';

/** A sound with its picture, ready for a page. */
export interface Sound {
  title: string | undefined;
  /** What the audio element is called. */
  name: string;
  /** Of the sound's bytes, as `data:` URL. */
  url: string;
  seconds: number;
  gain: number;
  picture: DrawnPicture;
}

/**
 * HTML of one player for sounds that run together. Where scripts are not allowed it is a figure for each, with a picture
 * and a plain player; the script puts the player in their place. Nothing is asked of another address.
 */
export function playerHtml(sounds: readonly Sound[]): string {
  const figures = sounds.map(figure).join('');
  return `<div class="onpa-player">${figures}</div><script>${PLAYER_SCRIPT}</script>`;
}

function figure({ title, name, url, seconds, gain, picture }: Sound): string {
  const { png, width, height, alt, timePlots } = picture;
  const share = (value: number): number => Number(value.toFixed(5));
  const data: SoundData = {
    seconds: share(seconds),
    gain: share(gain),
    plots: timePlots.map((plot) => ({
      left: share(plot.left),
      top: share(plot.top),
      width: share(plot.width),
      height: share(plot.height),
      from: share(plot.from),
      to: share(plot.to),
    })),
  };
  const caption = title === undefined ? '' : `<figcaption>${escapeHtml(title)}</figcaption>`;
  const size = `width="${Math.round(width)}" height="${Math.round(height)}" style="max-width:100%;height:auto"`;
  const src = `data:image/png;base64,${Buffer.from(png).toString('base64')}`;
  return (
    `<figure data-onpa="${escapeHtml(JSON.stringify(data))}">${caption}<img alt="${escapeHtml(alt)}" ${size} src="${src}">` +
    `${audioTag(name, url)}</figure>`
  );
}
