import { equal, ok } from 'node:assert/strict';
import fc from 'fast-check';
import { redact, wordsOf } from 'onpa/dist/redact.js';

const TOKEN = 'hf_aB3dE5gH7jK9mN1pQ3sT5vW7yZ9bC1eF4hJ';

/** What a text gives away of the token, whatever it is mixed with. */
function shows(text: string): boolean {
  const bare = text.replace(/[^A-Za-z0-9_]/g, '');
  for (let i = 0; i + 12 <= TOKEN.length; i++) if (bare.includes(TOKEN.slice(i, i + 12))) return true;
  return false;
}

const hex = (character: string): string => character.charCodeAt(0).toString(16);

/** How a server may say it. */
const FORMS: Record<string, string> = {
  plain: TOKEN,
  'in a URL': [...TOKEN].map((one, i) => (i % 2 ? `%${hex(one)}` : one)).join(''),
  'in a URL, in capitals': [...TOKEN].map((one) => `%${hex(one).toUpperCase()}`).join(''),
  'in JSON': [...TOKEN].map((one) => `\\u00${hex(one)}`).join(''),
  'in HTML': [...TOKEN].map((one) => `&#x${hex(one)};`).join(''),
  'in decimals': [...TOKEN].map((one) => `&#${one.charCodeAt(0)};`).join(''),
  'over lines': TOKEN.replace(/.{10}/g, '$&\n'),
  'over lines, in JSON': TOKEN.replace(/.{10}/g, '$&\\n    '),
  'in base64': Buffer.from(TOKEN).toString('base64'),
  'as Basic': Buffer.from(`api:${TOKEN}`).toString('base64'),
  'in base64 within more': Buffer.from(`Bearer: ${TOKEN}, and more`).toString('base64'),
  'cut off at the end': TOKEN.slice(0, 20),
  'cut off at the beginning': TOKEN.slice(10),
};

describe('a text without secrets', () => {
  for (const [name, form] of Object.entries(FORMS)) {
    it(`has no token that is ${name}`, () => {
      const clean = redact(`what ${form} may not`, TOKEN);
      ok(clean.length < 45, clean);
      ok(clean.startsWith('what ') && clean.endsWith(' may not'), clean);
      ok(!shows(clean));
    });
  }

  it('is left as it is where there is none', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        equal(redact(text, undefined, ''), text);
        equal(redact(text, TOKEN), text);
      }),
    );
  });

  it('has nothing of it in the words of a server, wherever these are cut off', () => {
    for (const form of Object.values(FORMS)) {
      for (let before = 430; before < 510; before++) {
        const words = wordsOf(`${'word '.repeat(200).slice(0, before)}${form}${' more'.repeat(100)}`, TOKEN);
        ok(!shows(words) && !words.includes(form.slice(0, 16)), words);
        ok(words.length <= 500);
      }
    }
  });

  it('has none of several secrets, and knows a short one as a whole', () => {
    equal(redact('one abcdefghij two klmnopqrst pin 7', 'abcdefghij', 'klmnopqrst', '7'), 'one … two … pin …');
    equal(redact('hf_aB3d is only how it begins', TOKEN), 'hf_aB3d is only how it begins');
  });

  it('is one line without control characters in a message', () => {
    equal(wordsOf('\u001b[31mred\u0000\r\n  and   more \n'), '[31mred and more');
  });

  it('takes no longer for texts that look like it', () => {
    const text = 'hf_aB3 '.repeat(20_000);
    equal(redact(text, TOKEN).length, text.length);
  });
});
