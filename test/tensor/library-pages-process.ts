import { readFileSync } from 'node:fs';
import { tf } from 'onpa';

/** A process of its own that prints how many bytes of files are in its memory once TensorFlow is loaded. */

tf.backend();
console.log(1024 * Number(/^RssFile:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'latin1'))![1]));
