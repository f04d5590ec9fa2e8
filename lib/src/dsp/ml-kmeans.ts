import type { kmeans as Kmeans } from 'ml-kmeans';

/**
 * ml-kmeans, loaded at the first call: it takes a tenth of a second. In the module for browsers the package itself
 * stands in place of this file (lib/bundle.mjs).
 */
export const kmeans: typeof Kmeans = (...given) => (require('ml-kmeans') as { kmeans: typeof Kmeans }).kmeans(...given);
