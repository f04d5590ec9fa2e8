import assert from 'node:assert/strict';
import { labelshow, type Spec } from 'onpa';
import { CYCLE } from 'onpa/dist/plot/spec.js';

/**
 * How a colour in linear RGB looks to those who lack a kind of cones. (Machado, Oliveira and Fernandes, "A
 * physiologically-based model for simulation of color vision deficiency", 2009: severity 1.)
 */
const SEEN: Record<string, number[][]> = {
  'with three kinds of cones': [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  'without red (protanopia)': [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  'without green (deuteranopia)': [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  'without blue (tritanopia)': [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

type Lab = [lightness: number, a: number, b: number];

function toLab(color: string, seen: number[][]): Lab {
  const linear = [...Buffer.from(color.slice(1), 'hex')].map((byte) => {
    const share = byte / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  const [r, g, b] = seen.map((row) =>
    Math.min(
      1,
      Math.max(
        0,
        row.reduce((sum, w, i) => sum + w * linear[i], 0),
      ),
    ),
  );
  const f = (t: number) => (t > 216 / 24389 ? Math.cbrt(t) : ((24389 / 27) * t + 16) / 116);
  const x = f((0.4124564 * r + 0.3575761 * g + 0.1804375 * b) / 0.95047);
  const y = f(0.2126729 * r + 0.7151522 * g + 0.072175 * b);
  const z = f((0.0193339 * r + 0.119192 * g + 0.9503041 * b) / 1.08883);
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

/** How different two colours look. (Sharma, Wu and Dalal, "The CIEDE2000 color-difference formula", 2005.) */
function difference([l1, a1, b1]: Lab, [l2, a2, b2]: Lab): number {
  const [rad, pow7] = [Math.PI / 180, (c: number) => Math.sqrt(c ** 7 / (c ** 7 + 25 ** 7))];
  const g = 1 + 0.5 * (1 - pow7((Math.hypot(a1, b1) + Math.hypot(a2, b2)) / 2));
  const [c1, c2] = [Math.hypot(g * a1, b1), Math.hypot(g * a2, b2)];
  const [h1, h2] = [Math.atan2(b1, g * a1), Math.atan2(b2, g * a2)].map((angle) => (angle / rad + 360) % 360);
  const turn = c1 * c2 === 0 ? 0 : ((h2 - h1 + 540) % 360) - 180;
  const dH = 2 * Math.sqrt(c1 * c2) * Math.sin((turn / 2) * rad);
  const [l, c, h] = [(l1 + l2) / 2, (c1 + c2) / 2, c1 * c2 === 0 ? h1 + h2 : h1 + turn / 2];
  const cos = (times: number, shift: number) => Math.cos((times * h + shift) * rad);
  const t = 1 - 0.17 * cos(1, -30) + 0.24 * cos(2, 0) + 0.32 * cos(3, 6) - 0.2 * cos(4, -63);
  const parts = [
    (l2 - l1) / (1 + (0.015 * (l - 50) ** 2) / Math.sqrt(20 + (l - 50) ** 2)),
    (c2 - c1) / (1 + 0.045 * c),
    dH / (1 + 0.015 * c * t),
  ];
  const around = (((h % 360) + 360) % 360) - 275;
  const rotation = -Math.sin(60 * rad * Math.exp(-((around / 25) ** 2))) * 2 * pow7(c);
  return Math.sqrt(parts.reduce((sum, part) => sum + part * part, 0) + rotation * parts[1] * parts[2]);
}

describe('the colours of charts', () => {
  it('are compared by a formula that gives what its authors publish', () => {
    const published: [Lab, Lab, number][] = [
      [[50, 2.6772, -79.7751], [50, 0, -82.7485], 2.0425],
      [[50, 2.49, -0.001], [50, -2.49, 0.0011], 7.2195],
      [[60.2574, -34.0099, 36.2677], [60.4626, -34.1751, 39.4387], 1.2644],
      [[2.0776, 0.0795, -1.135], [0.9033, -0.0636, -0.5514], 0.9082],
    ];
    for (const [one, other, expected] of published) {
      assert.ok(Math.abs(difference(one, other) - expected) < 1e-4, `${difference(one, other)}`);
    }
  });

  for (const [eyes, seen] of Object.entries(SEEN)) {
    it(`are told apart by eyes ${eyes}`, () => {
      const labs = CYCLE.map((color) => toLab(color, seen));
      labs.forEach((lab, i) => {
        for (let j = 0; j < i; j++) {
          const apart = difference(lab, labs[j]);
          assert.ok(apart > 16, `${CYCLE[i]} and ${CYCLE[j]} differ by ${apart}`);
        }
        assert.ok(difference(lab, [100, 0, 0]) > 16, `${CYCLE[i]} on white`);
      });
    });
  }

  it('are those of eight clusters, each of which also bears its number', () => {
    const samples = Float32Array.from({ length: 8000 }, (_, i) => Math.sin(i));
    const spec = labelshow({ samples, sampleRate: 8000 }, [0, 1, 2, 3, 4, 5, 6, 7], { hopLength: 1000 });
    const [, strip] = spec.vconcat as { layer: Spec[] }[];
    const [rects, numbers] = strip.layer as { encoding: { color: { scale: Spec }; text: Spec } }[];
    assert.deepEqual(rects.encoding.color.scale.range, CYCLE);
    assert.equal(numbers.encoding.text.field, 'label');
  });
});
