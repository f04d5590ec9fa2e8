/** What is needed to make a callback's state again, as `trainer_state.json` has it: fields of the callback. */
export interface CallbackState {
  /** What it was made with. */
  args: Readonly<Record<string, unknown>>;
  /** What has become of it. */
  attributes: Readonly<Record<string, unknown>>;
}

/**
 * What callbacks leave in `trainer_state.json`, as it stands there: by the names of their classes, under Python's keys; a
 * list where there are several of a class.
 */
export type StatefulCallbacks = Record<string, CallbackState | readonly CallbackState[]>;
