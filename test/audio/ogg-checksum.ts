/** The same bytes with the right checksum in each Ogg page (RFC 3533: polynomial 0x04c11db7, not reflected). */
export function withOggChecksums(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const fixed = Buffer.from(bytes);
  for (let at = fixed.indexOf('OggS'); at >= 0 && at + 27 <= fixed.length; at = fixed.indexOf('OggS', at + 4)) {
    const table = fixed.subarray(at + 27, at + 27 + fixed[at + 26]);
    const page = fixed.subarray(at, at + 27 + table.length + table.reduce((sum, n) => sum + n, 0));
    page.writeUInt32LE(0, 22);
    page.writeUInt32LE(checksum(page), 22);
  }
  return new Uint8Array(fixed);
}

function checksum(bytes: Uint8Array): number {
  let sum = 0;
  for (const byte of bytes) {
    sum ^= byte << 24;
    for (let bit = 0; bit < 8; bit++) sum = sum & 0x80000000 ? (sum << 1) ^ 0x04c11db7 : sum << 1;
  }
  return sum >>> 0;
}
