import { ParameterError } from '../errors.js';
import { reserve } from './engine.js';
import { FloatMatrix } from './float-matrix.js';

/** Frames handled at a time: enough for long copies, few enough for the cache. */
export const CHUNK = 128;

/**
 * A spectrum per frame: 1 + ⌊nFft / 2⌋ rows (frequencies), a column per frame.
 *
 * It keeps the numbers in the order in which they are computed, group by group of four frames; `re` and `im` are laid
 * out when first asked for.
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
    return new ComplexSpectrogram(nFft, columns, new Float32Array(Math.ceil(columns / 4) * rows * 8));
  }

  /**
   * A spectrogram from its real and imaginary parts.
   *
   * @param nFft - samples of a frame; default 2 · (rows − 1)
   * @throws ParameterError if the shapes differ or `nFft` does not fit the rows
   */
  static from(re: FloatMatrix, im: FloatMatrix, nFft: number = 2 * (re.rows - 1)): ComplexSpectrogram {
    if (re.rows !== im.rows || re.columns !== im.columns) {
      throw new ParameterError(`re is ${re.rows} × ${re.columns} and im ${im.rows} × ${im.columns}; give equal shapes`);
    }
    if (1 + (nFft >> 1) !== re.rows) {
      throw new ParameterError(`nFft is ${nFft}; ${re.rows} rows need ${2 * (re.rows - 1)} or ${2 * re.rows - 1}`);
    }
    const result = ComplexSpectrogram.allocate(nFft, re.columns);
    for (let k = 0; k < re.rows; k++) {
      for (let t = 0; t < re.columns; t++) {
        const at = ((t >> 2) * re.rows + k) * 8 + (t & 3);
        result.groups[at] = re.data[k * re.columns + t];
        result.groups[at + 4] = im.data[k * re.columns + t];
      }
    }
    return result;
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
    for (let start = 0; start < columns; start += CHUNK) {
      const end = Math.min(start + CHUNK, columns);
      for (let k = 0; k < rows; k++) {
        for (let t = start; t < end; t++) {
          const at = ((t >> 2) * rows + k) * 8 + (t & 3);
          result.data[k * columns + t] = f(groups[at], groups[at + 4]);
        }
      }
    }
    return result;
  }

  #raise(exponent: number): FloatMatrix {
    const { rows, columns, groups } = this;
    const result = new FloatMatrix(rows, columns);
    const { kernels, areas } = reserve({ spectrum: rows * 8, out: rows * CHUNK });
    const spectrum = areas.spectrum.byteOffset;
    for (let start = 0; start < columns; start += CHUNK) {
      const count = Math.min(CHUNK, columns - start);
      for (let t = 0; t < count; t += 4) {
        const from = ((start + t) / 4) * rows * 8;
        areas.spectrum.set(groups.subarray(from, from + rows * 8));
        kernels.spectralPower(rows, spectrum, spectrum + 16, 32, exponent, areas.out.byteOffset + 4 * t, 4 * CHUNK);
      }
      copyColumns(areas.out, result, start, count);
    }
    return result;
  }
}

/** Copies the first `count` of {@link CHUNK} columns into the matrix, from column `start` on. */
export function copyColumns(chunk: Float32Array, matrix: FloatMatrix, start: number, count: number): void {
  for (let k = 0; k < matrix.rows; k++) {
    matrix.data.set(chunk.subarray(k * CHUNK, k * CHUNK + count), k * matrix.columns + start);
  }
}
