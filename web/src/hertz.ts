import { hzToMel } from 'onpa/dsp';

/** Where a frequency lies between 0 Hz and the upper end of the bands, from 0 to 1. */
export const melPosition = (hz: number, topHz: number): number => hzToMel(hz) / hzToMel(topHz);
