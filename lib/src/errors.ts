/** The base of every error that onpa raises on purpose: `instanceof OnpaError` tells a user's mistake from a bug. */
export class OnpaError extends Error {
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** An argument out of its allowed range. The message names the parameter, the value and the range. */
export class ParameterError extends OnpaError {
  // Programs for browsers are made smaller, and their classes get other names.
  override name = 'ParameterError';
}

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

/**
 * An exercise that is not solved, where `ONPA_GRADING` asks for it. The message names the exercise and what to look at.
 */
export class ExerciseError extends OnpaError {}

/** A file that cannot be written. The message names it, why, and what to do; what stood there before is as it was. */
export class WriteError extends OnpaError {
  /** What the operating system says: 'ENOSPC', 'EACCES' … */
  readonly code: string | undefined;
  readonly syscall: string | undefined;

  constructor(
    /** Of the file or folder. */
    readonly path: string,
    cause: Error & { code?: string; syscall?: string },
  ) {
    const reason = WHY_NOT_WRITTEN[cause.code ?? ''] ?? 'the system refuses; give another path';
    super(`'${path}' cannot be written: ${reason} (${cause.message})`, { cause });
    this.code = cause.code;
    this.syscall = cause.syscall;
  }
}

const NO_ROOM = 'there is no room for it; make some, or give a path on another disk';
const FORBIDDEN =
  "you have no right to; give a path of your own, such as outputPath('name'), or change who may write there";

/** What the codes of the operating system mean, and what to do. */
const WHY_NOT_WRITTEN: Readonly<Record<string, string>> = {
  ENOSPC: NO_ROOM,
  EFBIG: NO_ROOM,
  EDQUOT: NO_ROOM,
  EACCES: FORBIDDEN,
  EPERM: FORBIDDEN,
  EROFS: "its disk can only be read; give a path on another one, such as outputPath('name')",
  EISDIR: 'there is a folder of that name; give the path of a file',
  ENOENT: 'the folder that it belongs into is missing; make that first',
  ENOTDIR: 'what should be a folder on its way is a file; give another path',
  EEXIST: 'what should be a folder is a file; give another path',
  ENAMETOOLONG: 'its name is too long; give a shorter one',
};

/** A data set that is not laid out as one, or cannot be unpacked. The message names the folder or file, and what was expected. */
export class DatasetError extends OnpaError {}
