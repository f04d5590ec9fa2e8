import { ParameterError } from '../errors.js';
import { told } from '../numbers.js';
import { cardMetadata } from '../training/card/model-card.js';
import type { LogEntry } from '../training/trainer-state.js';
import { isSame, isSameTo, judgeNumber, judgeWord } from './exercise.js';
import { judgeFunction } from './trial.js';

/** The exercises of lesson 7, the push to the Hub. */
export const lesson7 = {
  /** Under which key a card's metadata name the model that this one began as, where the Hub has it. */
  key(answer: unknown): void {
    judgeWord(answer, {
      name: 'lesson7.key',
      isRight: (key) => key.replace(/ *:$/, '') === 'base_model',
      hint: 'look at the table of arguments: what it says of finetunedFrom.',
    });
  },

  /** How many bytes model.safetensors needs for each parameter of the model. */
  bytes(answer: unknown): void {
    judgeNumber(answer, {
      name: 'lesson7.bytes',
      // Whatever was loaded, weights are written as float32.
      isRight: (bytes) => isSame(bytes, Float32Array.BYTES_PER_ELEMENT),
      hint: 'the size of the file, divided by model.numParameters().',
    });
  },

  /**
   * Which epoch had the lowest validation loss.
   *
   * @param logHistory - of the training: trainer.state.logHistory
   */
  epoch(answer: unknown, logHistory: readonly LogEntry[]): void {
    const epochs = lowest(logHistory);
    judgeNumber(answer, {
      name: 'lesson7.epoch',
      isRight: (epoch) => epochs.some((best) => isSameTo(2, epoch, best)),
      hint: 'look for the smallest number in the column Validation Loss.',
    });
  },

  /**
   * Builds `resultEntry(dataset, type, accuracy)`: the entry of a card's metadata that says how right a classifier of sound is.
   *
   * @param answer - the function, which is tried with another data set as well
   * @param dataset - the name of a data set, for people
   * @param type - the same on the Hub: 'owner/name'
   * @param accuracy - in [0, 1]
   */
  resultEntry(answer: unknown, dataset: string, type: string, accuracy: number): void {
    if (resultsOf(dataset, type, accuracy).length === 0)
      throw new ParameterError(`type is ${told(type)}; give a name of the Hub: owner/name`);
    // A second one, for an entry that is always the same.
    const all: [string, string, number][] = [
      [dataset, type, accuracy],
      ['Frogs', 'somebody/frogs', 0.625],
    ];
    judgeFunction(answer, {
      name: 'lesson7.resultEntry',
      trials: all.map((inputs) => ({
        given: `${inputs[0]}, ${inputs[1]} and ${inputs[2]}`,
        inputs,
        truth: resultsOf(...inputs)[0],
      })),
      hint: 'compare with the form that the question shows.',
    });
  },
};

/** The entries of a card, of which there is none where the Hub has no such data set. */
function resultsOf(dataset: string, type: string, accuracy: number): unknown[] {
  const card = cardMetadata('a model', { Accuracy: accuracy }, { dataset, datasetTags: type });
  const [model] = card['model-index'] as { results: unknown[] }[];
  return model.results;
}

/** The epochs of the lowest loss: there may be several of the same. */
function lowest(logHistory: readonly LogEntry[]): number[] {
  if (!Array.isArray(logHistory)) {
    throw new ParameterError(`logHistory is ${told(logHistory)}; give trainer.state.logHistory`);
  }
  const evaluations = logHistory.filter(({ eval_loss: loss, step }) => Number.isFinite(loss) && step > 0);
  if (evaluations.length === 0) {
    throw new ParameterError("logHistory has no eval_loss; train with evalStrategy: 'epoch'");
  }
  const least = evaluations.reduce((low, { eval_loss: loss }) => Math.min(low, loss), Infinity);
  return evaluations.filter(({ eval_loss: loss }) => loss === least).map(({ epoch }) => epoch);
}
