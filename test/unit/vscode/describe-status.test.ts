import assert from 'node:assert/strict';
import { SynclineError } from '../../../src/core/errors.ts';
import { statusText } from '../../../src/vscode/status/describe-status.ts';
import { FIVE_MINUTES_AGO, NOW, pulledTable, target } from './table-status.ts';

const idle = { connected: true, now: NOW };

describe('the status bar item', () => {
  it('is not there before anything is known', () => assert.equal(statusText(idle), undefined));

  it('says target, age and drift, and that it is production', () => {
    const drifted = target({
      pulledAt: FIVE_MINUTES_AGO,
      tables: [pulledTable(), pulledTable({ table: 'a', drift: 'local-changes' })],
    });
    const status = statusText({ ...idle, target: drifted });
    assert.equal(status?.text, '$(shield) production · pulled 5 min ago · 1 drifted');
    assert.equal(status.label, 'Syncline: production, pulled 5 min ago, 1 drifted');
    assert.equal(status.tone, 'production');
  });

  it('has another icon and tone for a target that is not protected', () => {
    const status = statusText({ ...idle, connected: false, target: target({ protected: false }) });
    assert.equal(status?.text, '$(database) production · not pulled yet · not connected');
    assert.equal(status.tone, 'calm');
  });

  it('spins with the percentage while a pull runs, whatever else there is to say', () => {
    const progress = {
      phase: 'load',
      table: 'users',
      tablesDone: 0,
      tablesTotal: 1,
      rowsDone: 50,
      rowsTotal: 100,
      bytes: 10,
    } as const;
    const status = statusText({
      ...idle,
      problem: new SynclineError('INTERNAL', 'x'),
      operation: { kind: 'pull', target: 'production', progress },
    });
    assert.equal(status?.text, '$(sync~spin) Pulling production 50 %');
    assert.match(status.tooltip, /Loading users/);
  });

  it('turns red with message and remedy', () => {
    const problem = new SynclineError('LOCAL_LOCKED', 'dev.db is locked.');
    const status = statusText({ ...idle, target: target(), problem });
    assert.equal(status?.tone, 'error');
    assert.match(status.tooltip, /dev\\\.db is locked\\\. Another program/);
  });

  it('makes no icon of a name', () => {
    const status = statusText({ ...idle, target: target({ target: '$(trash)' }) });
    assert.match(status?.text ?? '', /^\$\(shield\) \\\$\(trash\)/);
  });
});
