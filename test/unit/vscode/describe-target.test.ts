import assert from 'node:assert/strict';
import { SynclineError } from '../../../src/core/errors.ts';
import { targetDescription, targetLabel, targetTooltip } from '../../../src/vscode/tree/describe-target.ts';
import { FIVE_MINUTES_AGO, NOW, pulledTable, target } from './table-status.ts';

const connected = { state: 'connected' } as const;
const unreachable = {
  state: 'connected',
  problem: new SynclineError('REMOTE_UNREACHABLE', 'abcd.supabase.co did not answer.'),
} as const;

describe('a target’s row', () => {
  it('says where it is and when it was pulled', () => {
    assert.equal(
      targetDescription(target({ pulledAt: FIVE_MINUTES_AGO }), connected, NOW),
      'abcd.supabase.co · pulled 5 min ago',
    );
  });

  it('shows no secret of an address that carries one', () => {
    const address = 'postgres://postgres:hunter2@db.abcd.supabase.co:5432/postgres';
    assert.equal(targetDescription(target({ address }), connected, NOW), 'db.abcd.supabase.co:5432');
  });

  it('says why it cannot be asked', () => {
    assert.equal(
      targetDescription(target(), { state: 'disconnected' }, NOW),
      'abcd.supabase.co · not connected',
    );
    assert.equal(targetDescription(target(), { state: 'moved' }, NOW), 'abcd.supabase.co · key needed again');
    assert.equal(targetDescription(target(), unreachable, NOW), 'abcd.supabase.co · not reachable');
  });

  it('is read out with its protection', () => {
    assert.equal(targetLabel(target(), connected, NOW), 'production, protected target, abcd.supabase.co');
  });
});

describe('a target’s tooltip', () => {
  it('lists what the connection can do, and how to get the rest', () => {
    const tooltip = targetTooltip(target({ capabilities: ['catalog'] }), connected, NOW);
    assert.match(tooltip, /✓ the whole catalog/);
    assert.match(tooltip, /✗ one snapshot/);
    assert.match(tooltip, /comes with a Postgres connection string/);
  });

  it('does not advise when nothing is missing', () => {
    const all = target({ capabilities: ['catalog', 'snapshot', 'copy', 'ddl', 'kit'] });
    assert.doesNotMatch(targetTooltip(all, connected, NOW), /✗|missing/);
  });

  it('counts drifted tables', () => {
    const tables = [pulledTable(), pulledTable({ table: 'a', drift: 'both' })];
    assert.match(targetTooltip(target({ tables }), connected, NOW), /2 tables · 1 drifted/);
  });

  it('gives the error and its remedy instead of capabilities', () => {
    const tooltip = targetTooltip(target({ capabilities: ['catalog'] }), unreachable, NOW);
    assert.match(tooltip, /did not answer\\\. Check the network/);
    assert.doesNotMatch(tooltip, /✓/);
  });

  it('says that a key is not sent to another URL than it was entered for', () => {
    assert.match(targetTooltip(target(), { state: 'moved' }, NOW), /the key is not sent/);
  });
});
