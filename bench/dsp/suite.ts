import { join } from 'node:path';
import { type Measured, measureInTurn } from '../in-turn.js';
import { describeMachine, versionsOf } from '../machine.js';
import type { BenchOptions } from '../options.js';
import type { PeerCommand } from '../peer.js';
import { benchPython, peerEnvironment } from '../python.js';
import { loadSetup, root } from '../setup.js';
import { fewDigits, markdownTable } from '../table.js';
import { cases, type DspCase, iterations } from './cases.js';
import { type DspInputs, writeInputs } from './inputs.js';

const HEAD = ['function', 'audio', 'onpa ms', 'librosa ms', 'librosa / onpa', 'at least', 'onpa MB', 'librosa MB', ''];

/** onpa beside librosa: time and memory of the audio functions, as a table. */
export async function benchDsp({ recorder, quick, only }: BenchOptions): Promise<void> {
  const chosen = only.length > 0 ? cases.filter(({ name }) => only.includes(name)) : cases;
  const unknown = only.find((name) => !cases.some((c) => c.name === name));
  if (unknown) throw new Error(`--only: '${unknown}' is none of ${cases.map(({ name }) => name).join(', ')}`);
  const python = await benchPython({ suite: 'dsp', title: 'librosa', files: ['requirements.txt'] });
  const { env } = (await loadSetup()).kernelSpec();
  const peers: PeerCommand[] = [
    { command: process.execPath, args: ['--expose-gc', join(__dirname, 'onpa.js')], env: { ...process.env, ...env } },
    { command: python, args: [join(root, 'bench', 'dsp', 'librosa_peer.py')], env: peerEnvironment() },
  ];
  const inputs = new Map<string, DspInputs>();
  const input = async (seconds: number, ending?: string) => {
    const key = `${seconds} ${ending}`;
    const files = inputs.get(key) ?? (await writeInputs(seconds, python, ending));
    inputs.set(key, files);
    return files;
  };
  const rows: string[][] = [];
  let idle: [number, number] = [0, 0];
  for (const dspCase of chosen) {
    for (const seconds of dspCase.seconds) {
      process.stderr.write(`${dspCase.name} ${length(seconds)}\n`);
      const files = [await input(5, dspCase.ending), await input(seconds, dspCase.ending)].map((value) =>
        JSON.stringify(value),
      );
      const [onpa, librosa] = await measureInTurn(peers, [dspCase.name, String(iterations(seconds)), ...files], quick);
      idle = [onpa.idle, librosa.idle];
      const programs = [['onpa', onpa] as const, ['librosa', librosa] as const];
      const since = recorder.add('dsp', title(dspCase), length(seconds), programs);
      rows.push([...row(dspCase, seconds, onpa, librosa), since]);
    }
  }
  const settings = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  const versions = versionsOf(python, ['librosa', 'numpy', 'scipy', 'soxr', 'soundfile']);
  const table = `
${markdownTable(HEAD, rows, 2)}

Medians of calls in turn, in processes that stay alive, after a warm-up on 5 s; 22,050 Hz, mono. "At least" is the ratio
to reach. Memory is the peak of a whole process that makes one call, its input included; of that, onpa takes
${idle[0].toFixed(0)} MB and librosa ${idle[1].toFixed(0)} MB once imported. onpa's process has the notebook kernel's settings: ${settings.join(' ')}.
${describeMachine(versions)}`;
  recorder.end('dsp', versions, table);
}

function title({ name, note }: DspCase): string {
  return note ? `${name} (${note})` : name;
}

function row(dspCase: DspCase, seconds: number, onpa: Measured, librosa: Measured): string[] {
  return [
    title(dspCase),
    length(seconds),
    fewDigits(onpa.time),
    fewDigits(librosa.time),
    (librosa.time / onpa.time).toFixed(2),
    dspCase.target.toFixed(2),
    onpa.peak.toFixed(0),
    librosa.peak.toFixed(0),
  ];
}

function length(seconds: number): string {
  return seconds < 60 ? `${seconds} s` : `${seconds / 60} min`;
}
