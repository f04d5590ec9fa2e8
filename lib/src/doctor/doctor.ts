import { libsndfile } from '../audio/libsndfile.js';
import { median } from '../dsp/median.js';
import { OnpaError } from '../errors.js';
import { libraryVersion } from '../library-version.js';
import { usesGpu } from '../tensor/native.js';
import { hasCuda, tensorflowVersion } from '../tensor/tensorflow.js';
import { type Check, decoderCheck, dspChecks, modelChecks } from './checks.js';
import { differenceFrom, type Reference, readReference } from './reference.js';

/** How long a check is measured, in ms. */
const PATIENCE = 100;

/** A part that is linked, in words; or the error that says what is to be done. */
function linked(describe: () => string): { words: string; is: boolean } {
  try {
    return { words: describe(), is: true };
  } catch (error) {
    if (!(error instanceof OnpaError)) throw error;
    return { words: error.message, is: false };
  }
}

function describeTensorFlow(): string {
  const version = `TensorFlow ${tensorflowVersion()}`;
  if (usesGpu()) return `${version}, on the GPU`;
  if (!hasCuda()) return `${version}, on the CPU`;
  return `${version} for GPUs, on the CPU, since it finds no GPU: TF_CPP_MIN_LOG_LEVEL=0 npx onpa doctor says why`;
}

const describeDecoder = () =>
  `${libsndfile().version().replace('-', ' ')}${process.env.ONPA_LIBSNDFILE ? ' (ONPA_LIBSNDFILE)' : ''}`;

/** The median time of a call in ms. */
async function measure(call: () => unknown): Promise<number> {
  const times: number[] = [];
  const end = performance.now() + PATIENCE;
  do {
    const start = performance.now();
    await call();
    times.push(performance.now() - start);
  } while (performance.now() < end);
  return median(Float64Array.from(times));
}

const row = (name: string, ...cells: string[]) => name.padEnd(16) + cells.map((cell) => cell.padStart(12)).join('');

async function runCheck(
  { name, tolerance, result, again = result }: Check,
  reference: Reference,
): Promise<{ line: string; right: boolean }> {
  try {
    return await compare({ name, tolerance, result, again }, reference);
  } catch (error) {
    const [reason] = String((error as Error).message).split('\n');
    return { line: `${row(name)}   FAILED: ${reason}`, right: false };
  }
}

async function compare(
  { name, tolerance, result, again }: Required<Check>,
  reference: Reference,
): Promise<{ line: string; right: boolean }> {
  const difference = differenceFrom(reference.results[name], await result());
  const right = difference <= tolerance;
  const time = await measure(again);
  const cells = [time.toFixed(2), difference.toExponential(1), tolerance.toExponential()];
  return { line: `${row(name, ...cells)}   ${right ? 'right' : 'WRONG'}`, right };
}

/**
 * Says what is linked, computes a little of everything, on the device that models will use, and compares it with what
 * Python computes. What is not linked is said in words, and the rest is checked.
 *
 * @param say - takes each line
 * @returns whether all is there and right
 */
export async function doctor(say: (line: string) => void): Promise<boolean> {
  const reference = readReference();
  const tensorflow = linked(describeTensorFlow);
  const decoder = linked(describeDecoder);
  say(`onpa ${libraryVersion()}, Node ${process.version}, ${process.platform} ${process.arch}`);
  say(tensorflow.words);
  say(decoder.words);
  say('');
  say(row('', 'ms', 'difference', 'tolerance'));
  const checks = [
    ...dspChecks(),
    ...(decoder.is ? [decoderCheck(reference)] : []),
    ...(tensorflow.is ? modelChecks(reference) : []),
  ];
  const wrong: string[] = [];
  for (const check of checks) {
    const { line, right } = await runCheck(check, reference);
    say(line);
    if (!right) wrong.push(check.name);
  }
  say('');
  const all = tensorflow.is && decoder.is;
  say(verdict(wrong, all, reference));
  return all && wrong.length === 0;
}

function verdict(wrong: string[], all: boolean, { versions }: Reference): string {
  const python = Object.entries(versions)
    .map((version) => version.join(' '))
    .join(', ');
  if (wrong.length === 0 && all) return `All of it is what Python computes (${python}).`;
  if (wrong.length === 0)
    return `What is there computes what Python does (${python}); the rest is not linked, see above.`;
  const tf32 = hasCuda()
    ? ' NVIDIA_TF32_OVERRIDE=0 has a GPU multiply with all bits of float32: try whether that mends it.'
    : '';
  return `Python computes something else (${python}): ${wrong.join(', ')}.${tf32}`;
}
