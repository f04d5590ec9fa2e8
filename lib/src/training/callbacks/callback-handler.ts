import { ParameterError } from '../../errors.js';
import { likelyName } from '../../python-names.js';
import type { TrainingArguments } from '../arguments/training-arguments.js';
import type { TrainerState } from '../trainer-state.js';
import type { StatefulCallbacks } from './callback-state.js';
import { restoreStates, statesOf } from './callback-states.js';
import { DefaultFlowCallback } from './default-flow-callback.js';
import {
  type CallbackContext,
  initialControl,
  TRAINER_EVENTS,
  type TrainerCallback,
  type TrainerControl,
  type TrainerEvent,
} from './trainer-callback.js';

/** A callback, or a class of which one is made. */
export type CallbackOrClass = TrainerCallback | (new () => TrainerCallback);

/** What else an event brings than every event does. */
type More<E extends TrainerEvent> = Omit<Parameters<NonNullable<TrainerCallback[E]>>[3], keyof CallbackContext>;

/** What an event sets back before any callback hears of it. */
const RESETS: Readonly<Partial<Record<TrainerEvent, readonly (keyof TrainerControl)[]>>> = {
  onTrainBegin: ['shouldTrainingStop'],
  onEpochBegin: ['shouldEpochStop'],
  onStepBegin: ['shouldLog', 'shouldEvaluate', 'shouldSave'],
  onEvaluate: ['shouldEvaluate'],
  onSave: ['shouldSave'],
  onLog: ['shouldLog'],
};

/** Tells all callbacks of a Trainer, in their order, what happens, and keeps what they wish for. */
export class CallbackHandler {
  readonly control: TrainerControl = initialControl();
  readonly #callbacks: TrainerCallback[] = [new DefaultFlowCallback()];
  readonly #args: TrainingArguments;
  readonly #context: CallbackContext;
  readonly #state: () => TrainerState;
  /** Of those that were made from one. */
  readonly #classes = new WeakMap<TrainerCallback, CallbackOrClass>();
  /** Settled when all `onInitEnd` are. */
  #initialised: Promise<unknown> = Promise.resolve();

  /**
   * @param state - gives that of the Trainer, which changes
   * @throws ParameterError for what is no list, and for a callback with a method that is no event
   */
  constructor(
    callbacks: readonly CallbackOrClass[],
    args: TrainingArguments,
    context: CallbackContext,
    state: () => TrainerState,
  ) {
    this.#args = args;
    this.#context = context;
    this.#state = state;
    if (!Array.isArray(callbacks)) throw new ParameterError('callbacks is no list; give one, such as [callback]');
    for (const callback of callbacks) this.add(callback);
  }

  /** Whether there are more than the one that every Trainer has. */
  get hasOthers(): boolean {
    return this.#callbacks.some((callback) => !(callback instanceof DefaultFlowCallback));
  }

  /** Whether the one that every Trainer has is still there. */
  get hasDefault(): boolean {
    return this.#callbacks.some(isDefault);
  }

  /** All but that one, for another Trainer: their classes, where that is how they were given. */
  others(): CallbackOrClass[] {
    return this.#callbacks.filter((one) => !isDefault(one)).map((one) => this.#classes.get(one) ?? one);
  }

  /** Whether some callback listens for one of these events. */
  listensFor(...events: readonly TrainerEvent[]): boolean {
    return this.#callbacks.some((callback) => events.some((event) => callback[event] !== undefined));
  }

  add(callback: CallbackOrClass): void {
    const made = typeof callback === 'function' ? new callback() : callback;
    checkCallback(made);
    if (made !== callback) this.#classes.set(made, callback);
    const kind = made.constructor;
    if (kind !== Object && this.#callbacks.some((other) => other.constructor === kind)) {
      console.warn(`This Trainer has a ${kind.name} already, and now one more`);
    }
    this.#callbacks.push(made);
  }

  /** Takes a callback, or the first of a class, out, and returns it; undefined if there is none. */
  pop(callback: CallbackOrClass): TrainerCallback | undefined {
    const place = this.#callbacks.findIndex((one) =>
      typeof callback === 'function' ? one instanceof callback : one === callback,
    );
    return place < 0 ? undefined : this.#callbacks.splice(place, 1)[0];
  }

  /** Tells that the Trainer is made; who takes longer is waited for before the next event. */
  initialise(): void {
    const results = this.#callbacks.map((callback) => callback.onInitEnd?.(...this.#given({})));
    this.#initialised = Promise.all(results);
    // Whoever waits for it next gets the error.
    this.#initialised.catch(() => {});
  }

  /** Tells all callbacks of an event, one after the other, and waits for each. */
  async call<E extends TrainerEvent>(
    event: E,
    ...[more]: Record<never, never> extends More<E> ? [] : [More<E>]
  ): Promise<void> {
    await this.#initialised;
    for (const wish of RESETS[event] ?? []) this.control[wish] = false;
    for (const callback of [...this.#callbacks]) {
      const listener = callback[event] as ((...given: unknown[]) => unknown) | undefined;
      await listener?.apply(callback, this.#given(more ?? {}));
    }
  }

  /** What callbacks with a state, and `control`, leave in `trainer_state.json`. */
  states(): StatefulCallbacks {
    return statesOf(this.#callbacks, this.control);
  }

  /** Gives callbacks, and `control`, the state that they left there. */
  restore(stored: StatefulCallbacks): void {
    restoreStates(this.#callbacks, this.control, stored);
  }

  #given<T>(more: T): [TrainingArguments, TrainerState, TrainerControl, CallbackContext & T] {
    return [this.#args, this.#state(), this.control, { ...this.#context, ...more }];
  }
}

const isDefault = (callback: TrainerCallback): boolean => callback.constructor === DefaultFlowCallback;

/** @throws ParameterError unless it is an object, whose methods `on…` are events */
function checkCallback(callback: TrainerCallback): void {
  if (typeof callback !== 'object' || callback === null) {
    throw new ParameterError(`A callback is ${callback}; give an object with methods such as onStepEnd`);
  }
  for (const name of namesIn(callback)) {
    if (!/^on[A-Z_]/.test(name)) continue;
    const isEvent = (TRAINER_EVENTS as readonly string[]).includes(name);
    if (!isEvent) {
      const meant = likelyName(name, TRAINER_EVENTS);
      const advice = meant ? `is ${meant} meant?` : `there are ${TRAINER_EVENTS.join(', ')}`;
      throw new ParameterError(`${name} of a callback is no event; ${advice}`);
    }
    const listener = callback[name as TrainerEvent];
    if (listener !== undefined && typeof listener !== 'function') {
      throw new ParameterError(`${name} of a callback is ${listener}; give a function`);
    }
  }
}

/** The names of an object's fields, and of the methods of its classes. */
function namesIn(object: object): string[] {
  const names: string[] = [];
  for (let at = object; at !== null && at !== Object.prototype; at = Object.getPrototypeOf(at)) {
    names.push(...Object.getOwnPropertyNames(at));
  }
  return names;
}
