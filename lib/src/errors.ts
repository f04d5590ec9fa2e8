/** The base of every error that onpa raises on purpose: `instanceof OnpaError` tells a user's mistake from a bug. */
export class OnpaError extends Error {
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** An argument out of its allowed range. The message names the parameter, the value and the range. */
export class ParameterError extends OnpaError {}

/** Audio that cannot be read. The message names the source and what it looked like. */
export class AudioDecodeError extends OnpaError {}

/** A missing or broken part of the installation. The message names the command that mends it. */
export class SetupError extends OnpaError {}

/** Audio at another sampling rate than the model's. The message names both, and the line that converts it. */
export class SamplingRateError extends OnpaError {}

/** A file of weights or its configuration that cannot be used. The message names the tensor, and what was expected. */
export class CheckpointError extends OnpaError {}

/** The Hugging Face Hub said no, or did not answer. The message names the repository and the status, never a token. */
export class HubError extends OnpaError {}

/** Training that cannot go on. The message says at which step, with which learning rate, and what to try. */
export class TrainingError extends OnpaError {}

/** Training that was asked to stop. The message says after which step, and how to go on. */
export class TrainingInterrupted extends OnpaError {}

/** A data set that is not laid out as one, or cannot be unpacked. The message names the folder or file, and what was expected. */
export class DatasetError extends OnpaError {}
