import { DatasetError } from '../errors.js';

/**
 * The columns of classes with the one to learn before all others.
 *
 * @param name - of the data set
 * @throws DatasetError if there is no such column
 */
export function withFirst<T>(name: string, labels: ReadonlyMap<string, T>, column: string): ReadonlyMap<string, T> {
  const found = labels.get(column);
  if (found !== undefined) return new Map([[column, found], ...labels]);
  const columns = [...labels.keys()].join(', ');
  throw new DatasetError(`${name} has no column of class labels '${column}'; give as labelColumn one of ${columns}`);
}
