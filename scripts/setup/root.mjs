import { dirname } from 'node:path';
import { library } from '../../lib/setup/place.mjs';

/** The root of this checkout. */
export const root = dirname(library);
