const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** The bytes of a text in base64. `atob` would do it, but threads of sound in browsers (AudioWorklet) have none. */
export function decodeBase64(text: string): Uint8Array<ArrayBuffer> {
  const values = Uint8Array.from(text.replace(/=+$/, ''), (letter) => LETTERS.indexOf(letter));
  const bytes = new Uint8Array((3 * values.length) >> 2);
  for (let i = 0; i < bytes.length; i++) {
    // Byte i begins 8i bits into the text, in the letter that has bit 8i.
    const at = Math.floor((8 * i) / 6);
    const pair = (values[at] << 6) | values[at + 1];
    bytes[i] = pair >> (4 - ((8 * i) % 6));
  }
  return bytes;
}
