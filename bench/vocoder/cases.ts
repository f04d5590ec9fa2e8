/** A mel spectrogram to be made sound of. */
export interface VocoderCase {
  name: string;
  seconds: number;
}

export const cases: VocoderCase[] = [
  { name: '2s', seconds: 2 },
  { name: '10s', seconds: 10 },
  { name: '60s', seconds: 60 },
];

/** At least so many times as fast as PyTorch. */
export const TARGET = 1.2;

/** What a peer's process is to do: its last argument, as JSON. */
export interface VocoderTask {
  /** The folder of the checkpoint. */
  model: string;
  /** A file of float32 numbers, band by band. */
  input: string;
  bands: number;
}
