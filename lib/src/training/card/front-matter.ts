import { Document, type ScalarTag, visit } from 'yaml';
import { pythonFloat } from '../python-number.js';

/**
 * What every reader of YAML takes for the text that it is: PyYAML and others read YAML 1.1, in which `no` is false, `=` and
 * `<<` are none, and `12:30` is 750; what begins with a digit, a sign or a dot may be a number or a date.
 */
const PLAIN = /^\p{L}[\p{L}\p{M}\p{Nd}_./+()-]*( [\p{L}\p{M}\p{Nd}_./+()-]+)*$/u;
const WORDS = /^(y|yes|n|no|true|false|on|off|null|e[-+]?\d+)$/i;

/** What PyYAML refuses in a file, or takes for the end of a line; JSON leaves it as it is. */
const UNPRINTABLE = /[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]/g;

/** A float as PyYAML writes it: without a point, as in `1e-07`, it would read a text. */
const FLOAT: ScalarTag = {
  identify: (value) => typeof value === 'number',
  default: true,
  tag: 'tag:yaml.org,2002:float',
  test: /^[-+.\d]/,
  resolve: Number,
  stringify: ({ value }) => {
    const text = pythonFloat(value as number);
    if (!Number.isFinite(value)) return text.replace(/(nan|inf)$/, '.$1');
    return /^-?\d+e/.test(text) ? text.replace('e', '.0e') : text;
  },
};

/**
 * Metadata as YAML that readers of 1.1 and of 1.2 read alike: strings as the same strings, numbers as floats.
 *
 * @see Python: `yaml.safe_load(text)`
 */
export function frontMatter(metadata: Readonly<Record<string, unknown>>): string {
  const document = new Document(metadata, { customTags: (tags) => [FLOAT, ...tags] });
  visit(document, {
    Scalar(_, node) {
      if (typeof node.value !== 'string' || (PLAIN.test(node.value) && !WORDS.test(node.value))) return;
      node.type = 'QUOTE_DOUBLE';
    },
  });
  // Lines of any length: a folded one reads badly.
  const text = document.toString({ lineWidth: 0, doubleQuotedAsJSON: true });
  return text.replace(UNPRINTABLE, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
