import assert from 'node:assert/strict';
import type { RefusedChange } from '../../../src/core/rows/change.ts';
import type { PushReport } from '../../../src/engine/push-report.ts';
import { partialMarkdown, partialText } from '../../../src/vscode/commands/describe-partial.ts';
import {
  guaranteeText,
  pushedText,
  pushQuestion,
  refusedDetail,
  refusedMarkdown,
  rehearsedText,
} from '../../../src/vscode/commands/describe-push.ts';

const report: PushReport = {
  run: 'r',
  target: 'production',
  address: 'https://abcd.supabase.co',
  guarantee: 'transaction',
  state: 'planned',
  tables: [{ table: 'users', inserted: 1, updated: 2, deleted: 0 }],
  totals: { inserted: 1, updated: 2, deleted: 0 },
  refused: [],
  preview: [],
  warnings: [],
};

const refused = (key: string, more: Partial<RefusedChange> = {}): RefusedChange => ({
  table: 'users',
  key: [key],
  op: 'update',
  cause: 'changed-in-production',
  message: 'Production changed this row.',
  ...more,
});

describe('a push', () => {
  it('is asked about with its counts and what is guaranteed', () => {
    assert.equal(
      pushQuestion(report, false),
      'Push 3 changes to production? 1 inserted, 2 updated. All of it in one transaction, or nothing.',
    );
    assert.match(pushQuestion(report, true), /The rehearsal went through/);
    assert.equal(guaranteeText('kit'), guaranteeText('transaction'));
    assert.match(pushQuestion({ ...report, guarantee: 'row-by-row' }, false), /2 updated\.$/);
  });

  it('makes no link of a target’s name', () => {
    assert.match(pushQuestion({ ...report, target: '[x](command:y)' }, false), /\[x\] \(command:y\)/);
  });

  it('says what it did', () => {
    assert.equal(pushedText(report), 'Pushed to production: 1 inserted, 2 updated.');
    assert.equal(
      rehearsedText(report),
      'Rehearsed on production and rolled back: 3 changes would go through.',
    );
  });
});

describe('refused rows', () => {
  it('are named with cause and next step, the first ones in the dialog', () => {
    const detail = refusedDetail([
      refused('7', { column: 'email' }),
      ...Array.from({ length: 9 }, (_, index) => refused(String(index))),
    ]);
    assert.match(detail, /^• users 7, column email: Production changed this row\. Pull changes first/);
    assert.match(detail, /and 4 more/);
    assert.match(detail, /Nothing was pushed/);
  });

  it('are all in the document', () => {
    const rows = Array.from({ length: 20 }, (_, index) => refused(String(index)));
    const text = refusedMarkdown('production', rows);
    for (const { key } of rows) assert.ok(text.includes(`\`users ${key[0]!}\``));
    assert.equal(text.match(/\*Pull changes first/g)?.length, 20);
  });

  it('are told as the push’s own when no row is to blame', () => {
    const late = refused('', { table: '', key: [], cause: 'refused-by-server', message: 'a check failed' });
    assert.match(refusedDetail([late]), /^• The push as a whole: a check failed\./);
    assert.match(refusedMarkdown('production', [late]), /- The push as a whole/);
  });
});

describe('a push that ended at a failure', () => {
  const partial: PushReport = {
    ...report,
    guarantee: 'row-by-row',
    state: 'partial',
    tables: [{ table: 'users', inserted: 0, updated: 2, deleted: 0 }],
    totals: { inserted: 0, updated: 2, deleted: 0 },
    left: [
      { table: 'users', inserted: 0, updated: 1, deleted: 0 },
      { table: 'a|b', inserted: 0, updated: 0, deleted: 3 },
    ],
    refused: [refused('7')],
    warnings: ['Sequences stay.'],
  };

  it('is told by what was done and what is left', () => {
    assert.equal(
      partialText(partial),
      'Pushed to production in part: 2 updated. 4 changes are left, and are still local changes.',
    );
    const nothing = { ...partial, totals: { inserted: 0, updated: 0, deleted: 0 }, tables: [] };
    assert.match(partialText(nothing), /nothing is known to be written/);
  });

  it('is accounted for table by table, with the row where it ended', () => {
    const text = partialMarkdown(partial);
    assert.match(text, /## Why it ended\n\n- `users 7`[^]*Production changed this row/);
    assert.match(text, /## What production has now[^]*\| `users` \| 0 \| 2 \| 0 \|/);
    assert.match(text, /## What is left[^]*\| `users` \| 0 \| 1 \| 0 \|\n\| `a\\\|b` \| 0 \| 0 \| 3 \|/);
    assert.match(text, /Sequences stay/);
    assert.match(partialMarkdown({ ...partial, tables: [] }), /## What production has now\n\nNothing\./);
  });
});
