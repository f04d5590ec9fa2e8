import { ParameterError } from '../errors.js';

/** A column of classes, like `datasets.ClassLabel`: its numbers stand for names. */
export interface ClassLabel {
  /** By number. */
  readonly names: readonly string[];
  readonly numClasses: number;
  /** @throws ParameterError unless `label` is a whole number from 0 to `numClasses` − 1 */
  int2str(label: number): string;
  /** @throws ParameterError for a name that there is not */
  str2int(name: string): number;
}

/** A {@link ClassLabel} of these names. */
export function classLabel(names: readonly string[]): ClassLabel {
  const all = Object.freeze([...names]);
  const numbers = new Map(all.map((name, i) => [name, i]));
  return {
    names: all,
    numClasses: all.length,
    int2str(label) {
      const name = all[label];
      if (name === undefined) {
        throw new ParameterError(`label is ${label}; give a whole number from 0 to ${all.length - 1}`);
      }
      return name;
    },
    str2int(name) {
      const label = numbers.get(name);
      if (label === undefined) throw new ParameterError(`name is '${name}'; give one of ${all.join(', ')}`);
      return label;
    },
  };
}
