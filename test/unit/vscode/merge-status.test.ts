import assert from 'node:assert/strict';
import type { TargetStatus, WorkspaceStatus } from '../../../src/engine/workspace-status.ts';
import {
  withComparedTables,
  withKnownTargets,
  withTargetStatus,
} from '../../../src/vscode/session/merge-status.ts';
import { newTable, pulledTable, target } from './table-status.ts';

function workspace(...targets: readonly TargetStatus[]): WorkspaceStatus {
  return { local: { path: '/dev.db', exists: true, bytes: 1 }, targets };
}

const names = (status: WorkspaceStatus) => status.targets[0]?.tables.map(({ table }) => table);

describe('a status read without asking production', () => {
  const unaddressed: TargetStatus = {
    target: 'production',
    capabilities: [],
    protected: true,
    tables: [pulledTable()],
  };

  it('keeps the address, the capabilities and the tables that were never pulled', () => {
    const known = workspace(
      target({ capabilities: ['catalog'], tables: [newTable({ table: 'a' }), pulledTable()] }),
    );
    const merged = withKnownTargets(workspace(unaddressed), known);
    assert.deepEqual(names(merged), ['a', 'users']);
    assert.deepEqual(merged.targets[0]?.capabilities, ['catalog']);
    assert.equal(merged.targets[0].address, 'https://abcd.supabase.co');
  });

  it('does not keep a table that was pulled once and is gone now', () => {
    const known = workspace(target({ tables: [pulledTable({ table: 'gone' })] }));
    assert.deepEqual(names(withKnownTargets(workspace(unaddressed), known)), ['users']);
  });

  it('stands alone when nothing was known', () => {
    assert.equal(names(withKnownTargets(workspace(unaddressed), undefined))?.length, 1);
  });
});

describe('a target’s fresh status', () => {
  it('takes the place of that target’s only', () => {
    const before = workspace(target(), target({ target: 'staging' }));
    const after = withTargetStatus(before, target({ target: 'staging', protected: false }));
    assert.deepEqual(
      after.targets.map((one) => one.protected),
      [true, false],
    );
  });
});

describe('a comparison', () => {
  it('takes the place of its tables and leaves the others', () => {
    const before = workspace(target({ tables: [pulledTable({ table: 'a' }), pulledTable({ table: 'b' })] }));
    const after = withComparedTables(before, 'production', [pulledTable({ table: 'b', drift: 'both' })]);
    assert.deepEqual(
      after.targets[0]?.tables.map(({ drift }) => drift),
      ['in-step', 'both'],
    );
  });
});
