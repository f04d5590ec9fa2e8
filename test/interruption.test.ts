import assert from 'node:assert/strict';
import { waits } from 'onpa/dist/interruption.js';

const never = (): Promise<never> => new Promise(() => {});

describe('Waits that one event ends', () => {
  it('give what their promises give', async () => {
    const { until } = waits();
    assert.equal(await until(Promise.resolve(3)), 3);
    await assert.rejects(until(Promise.reject(new Error('broken'))), /broken/);
  });

  it('end together with the error, those that begin later too', async () => {
    const { until, end } = waits();
    const both = [until(never()), until(never())];
    end(new Error('stop'));
    end(new Error('too late'));
    for (const wait of [...both, until(never())]) await assert.rejects(wait, /^Error: stop$/);
  });
});
