/** What a decoder of MP3 adds at the beginning by its nature, in samples. */
const DECODER_DELAY = 529;

/** Parts of Xing's header, by the bits of its flags: frames, bytes, table, quality. */
const PARTS = [4, 4, 100, 4];

/**
 * Samples of silence before the sound of an MP3 file: those of the encoder, which LAME and others note in the first frame,
 * and those of the decoder. 0 where nothing is noted.
 */
export async function mp3Delay(file: Blob): Promise<number> {
  const start = await frameStart(file);
  const bytes = new Uint8Array(await file.slice(start, start + 512).arrayBuffer());
  const text = String.fromCharCode(...bytes);
  const xing = text.search(/Xing|Info/);
  if (xing < 0) return 0;
  const flags = bytes[xing + 7];
  const encoder = xing + 8 + PARTS.reduce((sum, size, bit) => sum + (flags & (1 << bit) ? size : 0), 0);
  if (!/^(LAME|Lavc|Lavf)/.test(text.slice(encoder))) return 0;
  // Twelve bits for the beginning, twelve for the end.
  return (bytes[encoder + 21] << 4) + (bytes[encoder + 22] >> 4) + DECODER_DELAY;
}

/** Where the first frame begins: behind an ID3 tag, if there is one. */
async function frameStart(file: Blob): Promise<number> {
  const [i, d, three, , , , ...size] = new Uint8Array(await file.slice(0, 10).arrayBuffer());
  if (String.fromCharCode(i, d, three) !== 'ID3') return 0;
  return 10 + size.reduce((total, byte) => total * 128 + byte, 0);
}
