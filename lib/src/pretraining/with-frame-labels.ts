import { asSource, type ExampleSource, type TrainingExample } from '../dataset/example-source.js';
import { ParameterError } from '../errors.js';
import type { FrameLabels } from './frame-labels.js';

/**
 * A data set whose examples carry what their frames are labelled, for {@link HubertForPreTraining} to learn from.
 *
 * @param dataset - examples, or what `preprocess` gives
 * @param labels - for each example, in the data set's order
 * @throws ParameterError for more or fewer labels than examples, and for examples that differ in each epoch or have segments
 *
 * @example
 * const trainDataset = withFrameLabels(clips, labels);
 */
export function withFrameLabels(
  dataset: ExampleSource | readonly TrainingExample[],
  labels: readonly FrameLabels[],
): ExampleSource {
  const source = asSource(dataset);
  if (labels.length !== source.length) {
    throw new ParameterError(`labels has ${labels.length} entries for ${source.length} examples; give one for each`);
  }
  if (source.differsByEpoch) {
    throw new ParameterError(
      'labels are of the frames of whole clips, and the examples of dataset differ in each epoch; leave randomSegment and augment ' +
        'out of preprocess',
    );
  }
  if ((source.evalSegments ?? 1) > 1) {
    throw new ParameterError(
      'labels are of the frames of whole clips, not of segments; leave evalSegments out of preprocess',
    );
  }
  return {
    length: source.length,
    leavesOut: source.leavesOut,
    ...(source.nameOf && { nameOf: (index: number) => source.nameOf!(index) }),
    ...(source.lengths && { lengths: (...asked) => source.lengths!(...asked) }),
    async *examples(indices, shortest) {
      let next = 0;
      for await (const example of source.examples(indices, shortest)) {
        const index = source.leavesOut ? example.index! : indices[next++];
        yield { ...example, frameLabels: labels[index] };
      }
    },
  };
}
