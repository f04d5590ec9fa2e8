import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { PeerCommand } from '../peer.js';
import { peerEnvironment } from '../python.js';
import { root } from '../setup.js';
import type { ModelCase } from './cases.js';

/** A program measured. */
export interface ModelPeer {
  /** Its name on the command line. */
  name: string;
  /** Its name in the table. */
  title: string;
  /** Which target it sets; none for onpa itself. */
  target?: keyof ModelCase['targets'];
  command: PeerCommand;
}

/** All peers, on the same number of threads: one for each processor that this process may use. */
export function modelPeers(python: string, kernelEnv: Record<string, string>): ModelPeer[] {
  const threads = String(availableParallelism());
  const script = join(root, 'bench', 'model', 'python_peer.py');
  const env = { ...peerEnvironment(), HF_HUB_OFFLINE: '1', TRANSFORMERS_VERBOSITY: 'error' };
  const inPython = (name: string): PeerCommand => ({ command: python, args: [script, name, threads], env });
  const onpa = {
    command: process.execPath,
    args: ['--expose-gc', join(__dirname, 'onpa.js')],
    env: { ...process.env, ...kernelEnv, TF_NUM_INTRAOP_THREADS: threads },
  };
  return [
    { name: 'onpa', title: 'onpa', command: onpa },
    { name: 'eager', title: 'PyTorch, eager', target: 'pytorch', command: inPython('eager') },
    { name: 'sdpa', title: 'PyTorch, SDPA', target: 'pytorch', command: inPython('sdpa') },
    { name: 'onnx', title: 'ONNX Runtime', target: 'onnx', command: inPython('onnx') },
  ];
}
