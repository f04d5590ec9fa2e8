import assert from 'node:assert/strict';
import { type DiagramBox, type DiagramOptions, diagram, hconcat, renderSvg, type Spec } from 'onpa';
import { warnings } from './drawing.js';

/** The texts of a drawing, and where each stands, in pixels. */
async function texts(spec: Spec): Promise<Map<string, { x: number; y: number }>> {
  const svg = await renderSvg(spec);
  const found = svg.matchAll(/<text[^>]*transform="translate\(([-\d.]+),([-\d.]+)\)"[^>]*>([^<]+)<\/text>/g);
  return new Map([...found].map(([, x, y, text]) => [text, { x: Number(x), y: Number(y) }]));
}

/** The ways of the arrows: solid, then dashed. */
function ways(spec: Spec): { x: number; y: number }[][][] {
  const lines = (spec.layer as Spec[]).filter(({ mark }) => (mark as Spec).type === 'line');
  return lines.map(({ data }) => {
    const { values } = data as { values: { arrow: number; x: number; y: number }[] };
    const arrows = [...new Set(values.map(({ arrow }) => arrow))];
    return arrows.map((arrow) => values.filter((point) => point.arrow === arrow).map(({ x, y }) => ({ x, y })));
  });
}

const BOXES: DiagramBox[] = [
  { label: 'Waveform', output: '16000' },
  { label: 'Encoder', detail: '7 convolutions', output: '49 × 512', group: 'features' },
  { label: 'Transformer', output: '49 × 768', group: 'context' },
];

describe('diagram', () => {
  it('draws boxes one below the other, and what each gives below it', async () => {
    const spec = diagram(BOXES);
    assert.deepEqual(warnings(spec), []);
    const drawn = await texts(spec);
    const order = ['Waveform', '16000', 'Encoder', '7 convolutions', '49 × 512', 'Transformer', '49 × 768'];
    const heights = order.map((text) => drawn.get(text)!.y);
    assert.deepEqual(
      heights,
      [...heights].sort((a, b) => a - b),
    );
    assert.ok(drawn.has('features') && drawn.has('context'), 'the legend');
  });

  it('leads an arrow from each box to the next, and out of the last', () => {
    const [solid, dashed] = ways(diagram(BOXES));
    assert.equal(solid.length, 3);
    assert.equal(dashed.length, 0);
    for (const [start, end] of solid) assert.ok(start.x === end.x && start.y < end.y);
  });

  it('makes every box wide enough for its text', () => {
    const widthOf = (label: string) => (diagram([{ label }]) as { width: number }).width;
    const [latin, japanese] = ['A long name of a box, longer than any name of a layer', '長い名前の箱の例'];
    assert.ok(widthOf(latin) > 7 * latin.length);
    assert.ok(widthOf(japanese) > 12 * japanese.length);
  });

  it('places columns side by side, level arrows between neighbours and corners to boxes further away', () => {
    const spec = diagram([
      { label: 'a' },
      { label: 'b' },
      { label: 'c' },
      { label: 'd', column: 1 },
      { label: 'e', column: 2, row: 0 },
    ]);
    const [solid] = ways(spec);
    assert.deepEqual(
      solid.map((points) => points.length),
      [2, 2, 5, 2],
    );
    const [, , around, level] = solid;
    assert.ok(around[4].y < around[0].y && around[4].x > around[0].x);
    assert.equal(level[0].y, level[1].y);
    assert.ok(level[0].x < level[1].x);
    const { width, height } = spec as { width: number; height: number };
    for (const { x, y } of solid.flat()) assert.ok(x >= 0 && x <= width && y >= 0 && y <= height);
  });

  it('draws other arrows dashed, with their labels', async () => {
    const spec = diagram(
      [
        { label: 'teacher' },
        { label: 'student', column: 1, from: [] },
        { label: 'student', id: 'head', from: ['student'] },
      ],
      { arrows: [{ from: 'head', to: 'teacher', label: 'predicts' }] },
    );
    assert.deepEqual(
      ways(spec).map(({ length }) => length),
      [1, 1],
    );
    assert.ok((await texts(spec)).has('predicts'));
  });

  it('fits beside another chart', () => {
    assert.deepEqual(warnings(hconcat([diagram(BOXES, { title: 'one' }), diagram([{ label: 'two' }])])), []);
  });

  it('names what is wrong with its boxes', () => {
    const wrong: [DiagramBox[], DiagramOptions, RegExp][] = [
      [[], {}, /boxes is empty/],
      [[{ label: 'a' }, { label: 'a' }], {}, /two boxes are called 'a'/],
      [[{ label: 'a' }, { label: 'b', row: 0 }], {}, /'a' and 'b' both stand in column 0, row 0/],
      [[{ label: 'a', column: -1 }], {}, /boxes\[0\]\.column is -1/],
      [[{ label: 'a' }, { label: 'b', from: ['c'] }], {}, /an arrow names 'c'; the boxes are a, b/],
      [[{ label: 'a' }], { arrows: [{ from: 'a', to: 'b' }] }, /an arrow names 'b'/],
    ];
    for (const [boxes, options, message] of wrong) {
      assert.throws(() => diagram(boxes, options), { name: 'ParameterError', message });
    }
  });
});
