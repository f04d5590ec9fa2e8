// The numbers by which libsndfile's sndfile.h names containers and sample formats, and the names of Python's soundfile.

const CONTAINERS: Record<number, string> = {
  1: 'WAV',
  2: 'AIFF',
  3: 'AU',
  4: 'RAW',
  5: 'PAF',
  6: 'SVX',
  7: 'NIST',
  8: 'VOC',
  10: 'IRCAM',
  11: 'W64',
  12: 'MAT4',
  13: 'MAT5',
  14: 'PVF',
  15: 'XI',
  16: 'HTK',
  17: 'SDS',
  18: 'AVR',
  19: 'WAVEX',
  22: 'SD2',
  23: 'FLAC',
  24: 'CAF',
  25: 'WVE',
  32: 'OGG',
  33: 'MPC2K',
  34: 'RF64',
  35: 'MP3',
};

const SUBTYPES: Record<number, string> = {
  1: 'PCM_S8',
  2: 'PCM_16',
  3: 'PCM_24',
  4: 'PCM_32',
  5: 'PCM_U8',
  6: 'FLOAT',
  7: 'DOUBLE',
  16: 'ULAW',
  17: 'ALAW',
  18: 'IMA_ADPCM',
  19: 'MS_ADPCM',
  32: 'GSM610',
  33: 'VOX_ADPCM',
  34: 'NMS_ADPCM_16',
  35: 'NMS_ADPCM_24',
  36: 'NMS_ADPCM_32',
  48: 'G721_32',
  49: 'G723_24',
  50: 'G723_40',
  64: 'DWVW_12',
  65: 'DWVW_16',
  66: 'DWVW_24',
  67: 'DWVW_N',
  80: 'DPCM_8',
  81: 'DPCM_16',
  96: 'VORBIS',
  100: 'OPUS',
  112: 'ALAC_16',
  113: 'ALAC_20',
  114: 'ALAC_24',
  115: 'ALAC_32',
  128: 'MPEG_LAYER_I',
  129: 'MPEG_LAYER_II',
  130: 'MPEG_LAYER_III',
};

/** The names of a container and its sample format. */
export function formatNames(format: number): { format: string; subtype: string } {
  const container = (format >> 16) & 0xfff;
  const subtype = format & 0xffff;
  return { format: CONTAINERS[container] ?? String(container), subtype: SUBTYPES[subtype] ?? String(subtype) };
}

/** Whether the samples are stored as floats, which need not be finite. */
export function isFloat(format: number): boolean {
  return ['FLOAT', 'DOUBLE'].includes(formatNames(format).subtype);
}
