import embed, { type EmbedOptions, type VisualizationSpec } from 'vega-embed';

/**
 * Draws the charts of a page in the place of their pictures, as JupyterLab does, when they come near the window. Each is
 * in a script of its own, for a page that is opened as a file may load nothing else. The picture of
 * one that cannot be drawn stays, and data-failed says why.
 */

declare global {
  interface Window {
    onpaChart?: (script: HTMLScriptElement, spec: VisualizationSpec, options: EmbedOptions) => void;
  }
}

/** The script of a chart → where it is drawn. */
const places = new Map<HTMLScriptElement, HTMLElement>();

const WORDS = document.documentElement.lang.startsWith('ja')
  ? { CLICK_TO_VIEW_ACTIONS: 'クリックで保存', PNG_ACTION: 'PNG で保存', SVG_ACTION: 'SVG で保存' }
  : { CLICK_TO_VIEW_ACTIONS: 'Click to save', PNG_ACTION: 'Save as PNG', SVG_ACTION: 'Save as SVG' };

/** The height that its picture has until the chart is there: what is below does not jump. */
async function draw(place: HTMLElement, spec: VisualizationSpec, options: EmbedOptions): Promise<void> {
  const frame = document.createElement('div');
  place.style.minHeight = `${place.offsetHeight}px`;
  const pictures = [...place.children];
  for (const picture of pictures) picture.setAttribute('hidden', '');
  place.append(frame);
  try {
    await embed(frame, spec, {
      ...options,
      mode: 'vega-lite',
      actions: { export: true, source: false, compiled: false, editor: false },
      i18n: WORDS,
    });
    frame.querySelector('summary')?.setAttribute('aria-label', WORDS.CLICK_TO_VIEW_ACTIONS);
    for (const picture of pictures) picture.remove();
    place.dataset.drawn = '';
  } catch (error) {
    frame.remove();
    for (const picture of pictures) picture.removeAttribute('hidden');
    place.dataset.failed = String(error);
    throw error;
  } finally {
    place.style.minHeight = '';
  }
}

window.onpaChart = (script, spec, options) => {
  const place = places.get(script);
  if (place !== undefined) void draw(place, spec, options);
};

function load(place: HTMLElement): void {
  const script = document.createElement('script');
  script.src = place.dataset.chart!;
  places.set(script, place);
  script.addEventListener('error', () => {
    place.dataset.failed = 'it cannot be loaded';
  });
  document.head.append(script);
}

const near = new IntersectionObserver(
  (entries) => {
    for (const { target, isIntersecting } of entries) {
      if (!isIntersecting) continue;
      near.unobserve(target);
      load(target as HTMLElement);
    }
  },
  { rootMargin: '600px' },
);
for (const place of document.querySelectorAll<HTMLElement>('[data-chart]')) near.observe(place);
