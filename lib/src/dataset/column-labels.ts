import { DatasetError } from '../errors.js';
import { classLabel } from './class-label.js';
import type { LabelColumn } from './clips.js';

/**
 * Classes of a column of a table, in order: numbers by size, so that 0, 1, … stay what they are, words as Python sorts them.
 *
 * @param values - of each row; null where it has no class
 * @throws DatasetError for values that are no words or numbers
 */
export function columnLabels(name: string, values: readonly unknown[]): LabelColumn {
  const wrong = values.find((value) => typeof value === 'object' && value !== null);
  if (wrong !== undefined) {
    const found = JSON.stringify(wrong).slice(0, 100);
    throw new DatasetError(`the column '${name}' has the value ${found}; a class is a word or a number`);
  }
  const given = [...new Set(values.filter((value) => value !== null))];
  const isNumeric = given.every((value) => typeof value === 'number');
  const names = isNumeric
    ? (given as number[]).sort((a, b) => a - b).map(String)
    : [...new Set(given.map(String))].sort();
  const numbers = new Map(names.map((word, i) => [word, i]));
  return {
    feature: classLabel(names),
    values: values.map((value) => (value === null ? -1 : numbers.get(String(value))!)),
  };
}
