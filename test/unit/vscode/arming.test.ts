import assert from 'node:assert/strict';
import { arm, armedMinutes, stillArmed } from '../../../src/vscode/arming/armed.ts';
import { armedText, armingObstacle, countdown } from '../../../src/vscode/arming/describe-arming.ts';
import { NOW } from './table-status.ts';

const target = { name: 'production', supabaseUrl: 'https://abcd.supabase.co' };
const MINUTE = 60_000;

describe('an armed target', () => {
  const armed = arm(target, 10, NOW);

  it('stays armed for its time, and not a moment longer', () => {
    assert.equal(stillArmed(armed, [target], NOW + 10 * MINUTE - 1), armed);
    assert.equal(stillArmed(armed, [target], NOW + 10 * MINUTE), undefined);
  });

  it('is disarmed when it is elsewhere, or gone', () => {
    const moved = { ...target, supabaseUrl: 'https://efgh.supabase.co' };
    assert.equal(stillArmed(armed, [moved], NOW), undefined);
    assert.equal(stillArmed(armed, [{ name: 'production' }], NOW), undefined);
    assert.equal(stillArmed(armed, [], NOW), undefined);
    assert.equal(stillArmed(undefined, [target], NOW), undefined);
  });

  it('counts down', () => {
    assert.deepEqual([600_000, 581_000, 580_001, 59_999, 0, -5].map(countdown), [
      '10:00',
      '9:41',
      '9:41',
      '1:00',
      '0:00',
      '0:00',
    ]);
  });

  it('says in the status bar how long, and that a click disarms', () => {
    const { text, tooltip, label } = armedText(arm({ name: '$(x)' }, 10, NOW), NOW + 19_000);
    assert.equal(text, '$(unlock) \\$(x) armed 9:41');
    assert.match(tooltip, /Click to disarm/);
    assert.match(label, /is armed for 10 more minutes/);
  });
});

describe('arming by name', () => {
  it('takes the exact name alone', () => {
    assert.equal(armingObstacle('production', 'production'), undefined);
    for (const typed of ['Production', ' production', 'productio', '', 'staging']) {
      assert.ok(armingObstacle(typed, 'production'), typed);
    }
  });

  it('is bounded whatever the setting holds', () => {
    assert.deepEqual([5, 0, -1, 1e9, '7', undefined, NaN].map(armedMinutes), [5, 10, 10, 120, 10, 10, 10]);
  });
});
