import { CheckpointError } from '../../errors.js';
import { snakeCase } from '../../json.js';
import type { CallbackState, StatefulCallbacks } from './callback-state.js';
import type { TrainerCallback, TrainerControl } from './trainer-callback.js';

const CONTROL = 'TrainerControl';

/** The states of those callbacks that have one, and of `control`. */
export function statesOf(callbacks: readonly TrainerCallback[], control: TrainerControl): StatefulCallbacks {
  const all: [name: string, state: CallbackState][] = [
    ...[...byName(callbacks)].flatMap(([name, many]) =>
      many.map((callback): [string, CallbackState] => [name, callback.state!()]),
    ),
    [CONTROL, { args: { ...control }, attributes: {} }],
  ];
  const states: StatefulCallbacks = {};
  for (const [name, { args, attributes }] of all) {
    const state = { args: inPython(args), attributes: inPython(attributes) };
    states[name] = name in states ? [states[name], state].flat() : state;
  }
  return states;
}

/**
 * Gives callbacks, and `control`, the states that they left, and says which have left some and are not here.
 *
 * @throws CheckpointError if what is stored is no state
 */
export function restoreStates(
  callbacks: readonly TrainerCallback[],
  control: TrainerControl,
  stored: StatefulCallbacks,
): void {
  const known = byName(callbacks);
  const missing: string[] = [];
  for (const [name, states] of Object.entries(stored)) {
    const list = [states].flat();
    if (name === CONTROL) assignFields(control, control, name, list[0]?.args);
    else if (!known.has(name)) missing.push(name);
    known.get(name)?.forEach((callback, i) => {
      if (list[i] === undefined) return;
      const { args, attributes } = callback.state!();
      assignFields(callback, args, name, list[i].args);
      assignFields(callback, attributes, name, list[i].attributes);
    });
  }
  if (missing.length > 0)
    console.warn(`The checkpoint has states of callbacks that are not here: ${missing.join(', ')}`);
}

/** The callbacks that have a state. */
function byName(callbacks: readonly TrainerCallback[]): Map<string, TrainerCallback[]> {
  const named = new Map<string, TrainerCallback[]>();
  for (const callback of callbacks) {
    if (!callback.state) continue;
    const { name } = callback.constructor;
    named.set(name, [...(named.get(name) ?? []), callback]);
  }
  return named;
}

/** The fields under Python's names, in the order of these. */
const inPython = (fields: object): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(fields)
      .map(([key, value]): [string, unknown] => [snakeCase(key), value])
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );

/** Sets those of the fields that are stored under Python's names. */
function assignFields(target: object, fields: object, name: string, stored: unknown): void {
  if (typeof stored !== 'object' || stored === null) {
    throw new CheckpointError(`stateful_callbacks of the checkpoint has no state of ${name}`);
  }
  const values = new Map(Object.entries(stored));
  for (const key of Object.keys(fields)) {
    if (values.has(snakeCase(key))) Object.assign(target, { [key]: values.get(snakeCase(key)) });
  }
}
