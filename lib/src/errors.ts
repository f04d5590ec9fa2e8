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
