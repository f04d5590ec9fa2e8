import { ParameterError } from '../errors.js';
import { requireReal } from '../numbers.js';
import { reserve } from './engine.js';
import { FloatMatrix } from './float-matrix.js';
import { LANES, NUMBER_BYTES, POINT } from './lanes.js';

/** Columns of a matrix that are collected, row by row, before they are copied: enough for long copies, few enough for the cache. */
export const COLUMNS = 128;
/** Bytes from row to row of such columns. */
export const COLUMNS_BYTES: number = COLUMNS * NUMBER_BYTES;

/**
 * A spectrum per frame: 1 + ⌊nFft / 2⌋ rows (frequencies), a column per frame.
 *
 * It keeps the numbers in the order in which they are computed, group by group of four frames; `re` and `im` are laid
 * out when first asked for.
 *
 * @see {@link stft}, {@link istft}
 */
export class ComplexSpectrogram {
  readonly rows: number;
  readonly columns: number;
  #re: FloatMatrix | undefined;
  #im: FloatMatrix | undefined;

  private constructor(
    /** Samples of the frames it was made from. */
    readonly nFft: number,
    columns: number,
    /** For each four frames and each bin: four real, then four imaginary parts. */
    readonly groups: Float32Array,
  ) {
    this.rows = 1 + (nFft >> 1);
    this.columns = columns;
  }

  /** An empty spectrogram for the transforms to fill. */
  static allocate(nFft: number, columns: number): ComplexSpectrogram {
    const rows = 1 + (nFft >> 1);
    return new ComplexSpectrogram(nFft, columns, new Float32Array(Math.ceil(columns / LANES) * rows * POINT));
  }

  /**
   * A spectrogram from its real and imaginary parts.
   *
   * @param nFft - samples of a frame; default 2 · (rows − 1)
   * @throws ParameterError if the shapes differ or `nFft` does not fit the rows
   */
  static from(re: FloatMatrix, im: FloatMatrix, nFft: number = 2 * (re?.rows - 1)): ComplexSpectrogram {
    requireReal('re', re);
    requireReal('im', im);
    if (re.rows !== im.rows || re.columns !== im.columns) {
      throw new ParameterError(`re is ${re.rows} × ${re.columns} and im ${im.rows} × ${im.columns}; give equal shapes`);
    }
    if (1 + (nFft >> 1) !== re.rows) {
      throw new ParameterError(`nFft is ${nFft}; ${re.rows} rows need ${2 * (re.rows - 1)} or ${2 * re.rows - 1}`);
    }
    const result = ComplexSpectrogram.allocate(nFft, re.columns);
    for (let k = 0; k < re.rows; k++) {
      for (let t = 0; t < re.columns; t++) {
        const at = result.#indexOf(k, t);
        result.groups[at] = re.data[k * re.columns + t];
        result.groups[at + LANES] = im.data[k * re.columns + t];
      }
    }
    return result;
  }

  /** Where bin `k` of frame `t` has its real part; the imaginary part lies {@link LANES} further. */
  #indexOf(k: number, t: number): number {
    const lane = t % LANES;
    return (((t - lane) / LANES) * this.rows + k) * POINT + lane;
  }

  /** The real part, rows × columns. */
  get re(): FloatMatrix {
    this.#re ??= this.#map((re) => re);
    return this.#re;
  }

  /** The imaginary part, rows × columns. */
  get im(): FloatMatrix {
    this.#im ??= this.#map((_, im) => im);
    return this.#im;
  }

  /** |X|, like `np.abs(D)`. */
  magnitude(): FloatMatrix {
    return this.#raise(1);
  }

  /** |X|², like `np.abs(D) ** 2`. */
  power(): FloatMatrix {
    return this.#raise(2);
  }

  /** The angle in (−π, π], like `np.angle(D)`. */
  phase(): FloatMatrix {
    return this.#map((re, im) => Math.atan2(im, re));
  }

  #map(f: (re: number, im: number) => number): FloatMatrix {
    const { rows, columns, groups } = this;
    const result = new FloatMatrix(rows, columns);
    for (let start = 0; start < columns; start += COLUMNS) {
      const end = Math.min(start + COLUMNS, columns);
      for (let k = 0; k < rows; k++) {
        for (let t = start; t < end; t++) {
          const at = this.#indexOf(k, t);
          result.data[k * columns + t] = f(groups[at], groups[at + LANES]);
        }
      }
    }
    return result;
  }

  #raise(exponent: number): FloatMatrix {
    const { rows, columns } = this;
    const result = new FloatMatrix(rows, columns);
    const { kernels, areas } = reserve({ spectrum: rows * POINT, out: rows * COLUMNS });
    for (let frame = 0; frame < columns; frame += LANES) {
      areas.spectrum.set(spectrumGroup(this, frame));
      kernels.spectralPower(rows, areas.spectrum.byteOffset, exponent, columnPointer(areas.out, frame), COLUMNS_BYTES);
      copyColumns(areas.out, result, frame);
    }
    return result;
  }
}

/** The spectra of the four frames from `frame` on, a multiple of 4. */
export function spectrumGroup({ groups, rows }: ComplexSpectrogram, frame: number): Float32Array {
  const size = rows * POINT;
  return groups.subarray((frame / LANES) * size, (frame / LANES + 1) * size);
}

/** Where the numbers of `frame` belong in a chunk of {@link COLUMNS} columns. */
export function columnPointer(chunk: Float32Array, frame: number): number {
  return chunk.byteOffset + NUMBER_BYTES * (frame % COLUMNS);
}

/** Copies a chunk of columns into the matrix once the four from `frame` on make it full, or are the last. */
export function copyColumns(chunk: Float32Array, matrix: FloatMatrix, frame: number): void {
  const end = Math.min(frame + LANES, matrix.columns);
  if (end % COLUMNS !== 0 && end < matrix.columns) return;
  const start = frame - (frame % COLUMNS);
  for (let k = 0; k < matrix.rows; k++) {
    matrix.data.set(chunk.subarray(k * COLUMNS, k * COLUMNS + end - start), k * matrix.columns + start);
  }
}
