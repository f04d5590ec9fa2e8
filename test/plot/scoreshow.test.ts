import assert from 'node:assert/strict';
import { type LabelScore, pipeline, renderSvg, type ScoreshowOptions, scoreshow } from 'onpa';
import { inRepository } from '../fixtures.js';
import { tickLabels, warnings } from './drawing.js';

const scores: LabelScore[] = [
  { label: 'jazz', score: 0.25 },
  { label: 'reggae', score: 0.7 },
  { label: 'metal', score: 0.05 },
];
const logits: LabelScore[] = [
  { label: 'jazz', score: 1.5 },
  { label: 'reggae', score: 4 },
  { label: 'metal', score: -2.25 },
];

/** Of the bars, from top to bottom: left and right edge in pixels. */
function bars(svg: string): [number, number][] {
  const [, group] = /<g class="mark-rect role-mark layer_0_marks".*?>(.*?)<\/g>/.exec(svg)!;
  return [...group.matchAll(/ d="M([\d.]+),([\d.]+)h([\d.]+)/g)]
    .map(([, left, top, width]) => ({ left: Number(left), top: Number(top), width: Number(width) }))
    .sort((a, b) => a.top - b.top)
    .map(({ left, width }) => [left, left + width]);
}

/** The numbers at the bars, from top to bottom: text, horizontal place in pixels, colour. */
function numbers(svg: string): { text: string; x: number; anchor: string; color: string }[] {
  const [, group] = /<g class="mark-text role-mark layer_1_marks".*?>(.*?)<\/g>/.exec(svg)!;
  const shape = /text-anchor="(\w+)" transform="translate\(([-\d.]+),([\d.]+)\)".*?fill="(\w+)">([^<]*)</g;
  return [...group.matchAll(shape)]
    .map(([, anchor, x, y, color, text]) => ({ text, x: Number(x), y: Number(y), anchor, color }))
    .sort((a, b) => a.y - b.y)
    .map(({ y: _y, ...number }) => number);
}

describe('scores as a chart', () => {
  it('are bars from 0 to 100 %, the best on top, in whatever order they come', async () => {
    const spec = scoreshow(scores, { width: 500 });
    assert.deepEqual(warnings(spec), []);
    const [across, names] = await tickLabels(spec);
    assert.deepEqual(across, ['0 %', '20 %', '40 %', '60 %', '80 %', '100 %']);
    assert.deepEqual(names, ['reggae', 'jazz', 'metal']);
    assert.deepEqual(bars(await renderSvg(spec)), [
      [0, 350],
      [0, 125],
      [0, 25],
    ]);
    assert.deepEqual(scores[0].label, 'jazz');
  });

  it('have their per cent at the ends of the bars, within a bar that leaves no room', async () => {
    const spec = scoreshow(
      [
        { label: 'reggae', score: 0.9895 },
        { label: 'blues', score: 0.0104 },
        { label: 'pop', score: 0.0001 },
      ],
      { width: 400 },
    );
    const [first, second, third] = numbers(await renderSvg(spec));
    assert.deepEqual([first.text, second.text, third.text], ['99.0 %', '1.0 %', '0.0 %']);
    assert.ok(first.anchor === 'end' && first.color === 'white' && first.x < 0.9895 * 400, JSON.stringify(first));
    assert.ok(second.anchor === 'start' && second.color === 'black' && second.x > 0.0104 * 400, JSON.stringify(second));
  });

  it('that are logits go to both sides of 0, on an axis that holds their numbers', async () => {
    const spec = scoreshow(logits, { percent: false, width: 500 });
    assert.deepEqual(warnings(spec), []);
    const svg = await renderSvg(spec);
    const drawn = bars(svg);
    const [zero] = drawn[0];
    assert.equal(drawn[1][0], zero);
    assert.equal(drawn[2][1], zero);
    const texts = numbers(svg);
    assert.deepEqual(
      texts.map(({ text }) => text),
      ['4.00', '1.50', '−2.25'],
    );
    assert.ok(texts[0].x > drawn[0][1] && texts[0].x + 30 < 500 && texts[0].anchor === 'start');
    assert.ok(texts[2].x < drawn[2][0] && texts[2].x - 35 > 0 && texts[2].anchor === 'end');
    assert.ok(svg.includes('>Logit</text>'));
  });

  it('of one label, of labels of the same name, and of 0 alone are drawn', async () => {
    const twice = await renderSvg(
      scoreshow([
        { label: 'noise', score: 0.6 },
        { label: 'noise', score: 0.4 },
      ]),
    );
    assert.equal(bars(twice).length, 2);
    const nothing = scoreshow([{ label: 'it', score: 0 }], { percent: false });
    assert.deepEqual((await tickLabels(nothing))[1], ['it']);
  });

  it('grow with the number of labels, and take titles, size and colour', async () => {
    assert.equal(scoreshow(scores).height, 78);
    const spec = scoreshow(scores, { title: 'a song', height: 200, color: 'green', xTitle: 'Share' });
    assert.equal(spec.height, 200);
    const svg = await renderSvg(spec);
    assert.ok(svg.includes('>a song</text>') && svg.includes('fill="green"'));
    assert.ok(svg.includes('>Share</text>') && !svg.includes('>Score</text>'));
  });

  it('come from a pipeline as they are', async () => {
    const classify = await pipeline('audio-classification', { model: inRepository('data', 'models', 'mini-genres') });
    const heard = await classify(inRepository('data', 'audio', 'reggae.flac'), { topK: 3 });
    classify.model.dispose();
    const [, names] = await tickLabels(scoreshow(heard));
    assert.deepEqual(
      names,
      heard.map(({ label }) => label),
    );
    assert.equal(names[0], 'reggae');
  });

  it('are refused with what is wrong with them', () => {
    const wrong: [LabelScore[], ScoreshowOptions, RegExp][] = [
      [[], {}, /scores is empty/],
      [[{ label: 'a', score: Number.NaN }], {}, /scores\[0\] is NaN/],
      [logits, {}, /scores\[0\] \('jazz'\) is 1.5; give probabilities, or percent: false/],
      [scores, { width: 3 }, /width is 3/],
    ];
    for (const [values, options, message] of wrong) {
      assert.throws(() => scoreshow(values, options), { name: 'ParameterError', message });
    }
  });
});
