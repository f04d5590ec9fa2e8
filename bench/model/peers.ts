import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { hasBfloat16 } from 'onpa/dist/tensor/bfloat16.js';
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
  /** What it is compared with: onpa in its precision. */
  against: 'onpa' | 'onpa-bf16';
  command: PeerCommand;
}

/** All peers, on the same number of threads: one for each processor that this process may use. */
export function modelPeers(python: string, kernelEnv: Record<string, string>): ModelPeer[] {
  const threads = String(availableParallelism());
  const script = join(root, 'bench', 'model', 'python_peer.py');
  const env = { ...peerEnvironment(), HF_HUB_OFFLINE: '1', TRANSFORMERS_VERBOSITY: 'error' };
  const inPython = (name: string): PeerCommand => ({ command: python, args: [script, name, threads], env });
  const onpa = (dtype: string) => ({
    command: process.execPath,
    args: ['--expose-gc', join(__dirname, 'onpa.js'), dtype],
    env: { ...process.env, ...kernelEnv, TF_NUM_INTRAOP_THREADS: threads },
  });
  const float32: ModelPeer[] = [
    { name: 'onpa', title: 'onpa', against: 'onpa', command: onpa('float32') },
    { name: 'eager', title: 'PyTorch, eager', target: 'pytorch', against: 'onpa', command: inPython('eager') },
    { name: 'sdpa', title: 'PyTorch, SDPA', target: 'pytorch', against: 'onpa', command: inPython('sdpa') },
    { name: 'onnx', title: 'ONNX Runtime', target: 'onnx', against: 'onpa', command: inPython('onnx') },
  ];
  if (!hasBfloat16()) return float32;
  const autocast = inPython('sdpa-bf16');
  return [
    ...float32,
    { name: 'onpa-bf16', title: 'onpa, bfloat16', against: 'onpa-bf16', command: onpa('bfloat16') },
    { name: 'sdpa-bf16', title: 'PyTorch, autocast', target: 'pytorch', against: 'onpa-bf16', command: autocast },
  ];
}
