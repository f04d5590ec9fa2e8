import { isObject, shown } from '../../json.js';
import type { Labels } from '../config.js';

/** The most classes that a model may have. */
export const MOST_LABELS = 100_000;

/** What is said about the classes, in a file or in options. */
type Given = { readonly [K in keyof Labels]?: unknown };

/**
 * Completes what options say about the classes.
 *
 * @throws Error that says why it does not fit together
 */
export function labelsOf(given: Given): Labels {
  const { contradictions, ...labels } = read(given, 'numLabels');
  if (contradictions.length > 0) throw new Error(contradictions[0]);
  return labels;
}

/**
 * Completes what a file says about the classes. The names of id2label count: only they are needed to classify.
 *
 * @param warn - is told once, where something else says otherwise
 * @throws Error where the classes are not numbered from 0 on, and for more than {@link MOST_LABELS}
 */
export function labelsOfFile(given: Given, warn: (message: string) => void): Labels {
  const { contradictions, ...labels } = read(given, 'num_labels');
  const [first, ...more] = contradictions;
  const others = more.length > 0 ? ` (and ${more.length} more like it)` : '';
  if (first) warn(`${first}${others}: the names of id2label are taken.`);
  return labels;
}

function read(given: Given, count: 'numLabels' | 'num_labels'): Labels & { contradictions: string[] } {
  const numLabels = given.numLabels ?? undefined;
  if (numLabels !== undefined && !(Number.isSafeInteger(numLabels) && within(Number(numLabels)))) {
    throw new Error(`${count} is ${shown(numLabels)}; it must be a whole number from 1 to ${MOST_LABELS}`);
  }
  const contradictions: string[] = [];
  const ids = idsOf(given.label2id ?? {}, contradictions);
  const id2label = namesOf(given.id2label ?? undefined, ids, numLabels as number | undefined, contradictions);
  const entries = Object.entries(id2label);
  if (numLabels !== undefined && numLabels !== entries.length) {
    contradictions.push(`${count} is ${numLabels}, and id2label names ${entries.length} classes`);
  }
  for (const [label, id] of ids) {
    if (id2label[id] !== label)
      contradictions.push(`label2id says ${shown(label)}: ${shown(id)}, and id2label does not`);
  }
  const known = new Set(ids.map(([label]) => label));
  const lost = ids.length > 0 && entries.find(([, label]) => !known.has(label));
  if (lost) contradictions.push(`id2label says ${lost[0]}: ${shown(lost[1])}, and label2id does not`);
  const label2id = Object.fromEntries(entries.map(([id, label]) => [label, Number(id)]));
  return { numLabels: entries.length, id2label, label2id, contradictions };
}

const within = (count: number): boolean => count > 0 && count <= MOST_LABELS;

/** Each label with its number, which some files have as a string. */
function idsOf(label2id: unknown, contradictions: string[]): [label: string, id: number][] {
  if (!isObject(label2id)) {
    contradictions.push(`label2id is ${shown(label2id)} instead of numbers by their labels`);
    return [];
  }
  return Object.entries(label2id).map(([label, id]) => [label, typeof id === 'string' ? Number(id) : (id as number)]);
}

/** The names by their numbers: those given, those that label2id gives, or LABEL_0, LABEL_1 … */
function namesOf(
  id2label: unknown,
  ids: readonly [label: string, id: number][],
  numLabels: number | undefined,
  contradictions: string[],
): Record<number, string> {
  if (id2label === undefined && ids.length === 0) return numbered(numLabels ?? 2);
  if (id2label !== undefined && !isObject(id2label)) {
    throw new Error(`id2label is ${shown(id2label)}; it must be an object of names by their numbers`);
  }
  const named = id2label ?? Object.fromEntries(ids.map(([label, id]) => [String(id), label]));
  const entries = Object.entries(named);
  const isNumbered = entries.length > 0 && entries.every((_, id) => Object.hasOwn(named, id));
  if (!isNumbered && id2label === undefined && numLabels !== undefined) {
    contradictions.push(`label2id does not name each class from 0 to ${numLabels - 1}`);
    return numbered(numLabels);
  }
  if (entries.length > MOST_LABELS) {
    throw new Error(`id2label names ${entries.length} classes; it must be ${MOST_LABELS} at most`);
  }
  if (!isNumbered) {
    throw new Error(`id2label must name each class from 0 to ${Math.max(0, entries.length - 1)}`);
  }
  return Object.fromEntries(
    entries.map(([id, name]) => {
      if (typeof name === 'string') return [id, name];
      if (typeof name === 'number' || typeof name === 'boolean') return [id, String(name)];
      contradictions.push(`id2label says ${id}: ${shown(name)}, which is no name and becomes LABEL_${id}`);
      return [id, `LABEL_${id}`];
    }),
  );
}

const numbered = (count: number): Record<number, string> =>
  Object.fromEntries(Array.from({ length: count }, (_, id) => [id, `LABEL_${id}`]));
