// In place of `onpa`: the module for browsers, which the page has loaded, and sound that Node has decoded.
import type { LoadOptions, Waveform } from 'onpa';

declare const dsp: typeof import('onpa/dsp');

async function load(source: string, options: LoadOptions = {}): Promise<Waveform> {
  const response = await fetch(`/load?${new URLSearchParams({ source, options: JSON.stringify(options) })}`);
  if (!response.ok) throw new Error(await response.text());
  const samples = new Float32Array(await response.arrayBuffer());
  return { samples, sampleRate: Number(response.headers.get('Sample-Rate')) };
}

export = { ...dsp, load };
