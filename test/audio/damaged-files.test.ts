import assert from 'node:assert/strict';
import { type Damage, loadDamaged } from './damaged-files.js';

const FILES = 2000;
/** How long one file may take, in ms, on a machine that does much else; the slowest needs some hundred. */
const PATIENCE = 120_000;

describe('decoding of damaged files', function () {
  this.timeout(600_000);
  let damage: Damage;

  before(async () => {
    damage = await loadDamaged(0, FILES, PATIENCE);
  });

  it('each of 2,000 ends in sound or in an error that says so; none ends the process or hangs', () => {
    assert.deepEqual(damage.fatal, []);
    assert.equal(damage.outcomes.length, FILES);
    assert.deepEqual(damage.outcomes.filter(({ wrong }) => wrong).slice(0, 5), []);
  });

  it('some can be read and some cannot', () => {
    const read = damage.outcomes.filter(({ samples }) => samples).length;
    assert.ok(read > FILES / 20 && read < (FILES * 19) / 20, `${read} of ${FILES} were read`);
  });

  it('nothing of what the decoders say about them reaches standard output or standard error', () => {
    assert.equal(damage.printed, '');
  });

  it('needs less than 1 GB, and no more in the end than after the first 500', () => {
    const most = damage.outcomes.reduce((peak, outcome) => Math.max(peak, outcome.peak), 0);
    assert.ok(most < 1e9, `${most / 1e6} MB`);
    const early = Math.max(...damage.outcomes.slice(0, 500).map(({ memory }) => memory));
    assert.ok(damage.outcomes[FILES - 1].memory - early < 100e6);
  });
});
