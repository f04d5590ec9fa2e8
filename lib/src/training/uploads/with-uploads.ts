import { TrainingInterrupted } from '../../errors.js';
import { preparePushes } from '../../hub/push/push-target.js';
import { type Interruption, listenForInterruption, Stopped } from '../../interruption.js';
import { pushTraining, repositoryOf } from '../push-training.js';
import type { TrainingContext } from '../trainer-options.js';
import { initialState, type TrainerState } from '../trainer-state.js';
import { type HubUploads, hubUploads } from './hub-uploads.js';

/** How much longer a training that was stopped waits for what is on its way to the Hub, in ms. */
const PATIENCE = 3000;

/** What of a call of {@link Trainer.train} pushes need, and what they give it. */
interface PushedCall {
  interruption: Interruption;
  signal?: AbortSignal;
  pushTrained?: boolean;
  onState: (state: TrainerState) => void;
  uploads?: HubUploads;
}

/**
 * Trains a model, and pushes what is saved meanwhile where `pushToHub` is set: the repository is made first, and at the end
 * the trained model is pushed as {@link Trainer.pushToHub} does. That it could not be pushed is said, and no error.
 *
 * @throws HubError before training, if there is no token, or the repository may not be written to
 */
export async function withUploads<C extends PushedCall, T>(
  context: TrainingContext,
  call: C,
  train: (call: C) => Promise<T>,
): Promise<T> {
  const { args } = context;
  if (!args.pushToHub) return train(call);
  const uploads = await begin(context, call);
  let state = initialState();
  const onState = (begun: TrainerState) => {
    state = begun;
    call.onState(begun);
  };
  let output: T;
  try {
    output = await train({ ...call, uploads, onState });
  } catch (error) {
    const missing = await uploads.stop(PATIENCE);
    if (missing) console.warn(`'${missing}' was not pushed, as training ended; what is saved next is`);
    throw error;
  }
  await finish(context, state, uploads, call);
  return output;
}

async function begin({ args, callbacks }: TrainingContext, { interruption }: PushedCall): Promise<HubUploads> {
  const stop = new AbortController();
  const options = { revision: args.hubRevision, private: args.hubPrivateRepo };
  try {
    const target = await interruption.race(preparePushes(repositoryOf(args), options, stop.signal));
    return hubUploads(args, target, () => callbacks.call('onPushBegin'));
  } catch (error) {
    if (error instanceof Stopped) throw new TrainingInterrupted('Training was stopped before its first step.');
    throw error;
  } finally {
    stop.abort();
  }
}

/** Pushes what is not there yet. */
async function finish(
  context: TrainingContext,
  state: TrainerState,
  uploads: HubUploads,
  { signal, pushTrained = true }: PushedCall,
): Promise<void> {
  const interruption = listenForInterruption(signal);
  try {
    await uploads.finish(interruption);
    if (!pushTrained) return;
    await context.callbacks.call('onPushBegin');
    await pushTraining(context, state, { signal });
  } catch (error) {
    const reason = error instanceof Stopped ? 'the push was stopped' : (error as Error).message;
    console.warn(`The trained model was not pushed; call trainer.pushToHub() for that: ${reason}`);
  } finally {
    interruption.end();
    await uploads.stop(PATIENCE);
  }
}
