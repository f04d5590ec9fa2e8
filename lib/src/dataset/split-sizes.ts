import { ParameterError } from '../errors.js';

/** How large the two parts of a split are: a share of the rows, above 0 and below 1, or their number. */
export interface SplitSizes {
  /** Default 0.2, or what `trainSize` leaves. */
  testSize?: number;
  /** Default what `testSize` leaves. */
  trainSize?: number;
}

/** Rows of each part, rounded as Python's `datasets` does: a share of test rows up, of training rows down. */
export function splitSizes(rows: number, { testSize, trainSize }: SplitSizes): { train: number; test: number } {
  if (testSize === undefined && trainSize === undefined) testSize = 0.2;
  if (testSize !== undefined) requireSize('testSize', testSize, rows);
  if (trainSize !== undefined) requireSize('trainSize', trainSize, rows);
  const given = {
    test: testSize === undefined ? undefined : testSize < 1 ? Math.ceil(testSize * rows) : testSize,
    train: trainSize === undefined ? undefined : trainSize < 1 ? Math.floor(trainSize * rows) : trainSize,
  };
  const test = given.test ?? rows - given.train!;
  const train = given.train ?? rows - test;
  const shares = (testSize ?? 1) < 1 && (trainSize ?? 1) < 1 ? testSize! + trainSize! : 0;
  if (shares > 1 || train + test > rows) {
    throw new ParameterError(
      `testSize ${testSize} and trainSize ${trainSize} are more than the ${rows} rows; reduce one`,
    );
  }
  if (train === 0) {
    const sizes = [
      testSize !== undefined && `testSize ${testSize}`,
      trainSize !== undefined && `trainSize ${trainSize}`,
    ];
    throw new ParameterError(`${sizes.filter(Boolean).join(' and ')} of ${rows} rows leave none to train on`);
  }
  return { train, test };
}

function requireSize(name: string, size: number, rows: number): void {
  const share = size > 0 && size < 1;
  const whole = Number.isSafeInteger(size) && size > 0 && size < rows;
  if (share || whole) return;
  throw new ParameterError(
    `${name} is ${size}; give a share above 0 and below 1, or a whole number below the ${rows} rows`,
  );
}
