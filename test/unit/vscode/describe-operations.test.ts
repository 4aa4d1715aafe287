import assert from 'node:assert/strict';
import type { KitReport } from '../../../src/engine/kit-report.ts';
import type { PulledTable, PullReport } from '../../../src/engine/pull-report.ts';
import type { UndoReport } from '../../../src/engine/undo-report.ts';
import { checkCopyPath } from '../../../src/vscode/commands/check-copy-path.ts';
import { pulledChangesText } from '../../../src/vscode/commands/describe-pull-changes.ts';
import { staleMarkdown, undoneText, undoQuestion } from '../../../src/vscode/commands/describe-undo.ts';
import { installedText } from '../../../src/vscode/commands/describe-kit.ts';
import { kitStatusMarkdown } from '../../../src/vscode/documents/kit-status-markdown.ts';
import { FIVE_MINUTES_AGO } from './table-status.ts';

describe('an incremental pull', () => {
  const table = (changes: NonNullable<PulledTable['changes']>) => ({ changes }) as PulledTable;
  const report = (tables: readonly PulledTable[], warnings: readonly string[] = []) =>
    ({ target: 'production', tables, warnings, local: { path: './dev.db' } }) as unknown as PullReport;

  it('says what it brought, what it held, and that there are warnings', () => {
    const tables = [
      table({ inserted: 1, updated: 2, deleted: 0, held: 1 }),
      table({ inserted: 2, updated: 0, deleted: 0, held: 0 }),
    ];
    assert.equal(
      pulledChangesText(report(tables, ['x'])),
      'Pulled changes of production into ./dev.db: 3 inserted, 2 updated. 1 row was changed on both sides and is held. There is 1 warning.',
    );
  });

  it('says when there was nothing new', () => {
    assert.equal(pulledChangesText(report([])), 'production has nothing new.');
  });
});

describe('undoing', () => {
  const stale = [
    { table: 'users', key: ['7'], op: 'update', cause: 'changed-in-production', message: 'It was changed.' },
  ] as const;
  const plan: UndoReport = {
    run: 'r',
    operation: 'push',
    target: 'production',
    state: 'planned',
    tables: [],
    totals: { inserted: 0, updated: 3, deleted: 1 },
    stale,
    preview: [],
    warnings: [],
  };
  const run = {
    run: 'r',
    operation: 'push',
    target: 'production',
    finishedAt: FIVE_MINUTES_AGO,
    rows: 5,
  } as const;

  it('asks with what is taken back and what stays', () => {
    assert.equal(
      undoQuestion(run, plan),
      'Undo the push to production (2026-03-01 11:55:00 UTC)? 3 updated, 1 deleted. 1 row changed since and will stay as it is.',
    );
    assert.match(
      undoQuestion({ ...run, operation: 'pull' }, { ...plan, stale: [] }),
      /^Undo the pull from .*deleted\.$/,
    );
  });

  it('says what was done', () => {
    assert.match(
      undoneText({ ...plan, state: 'undone' }),
      /^The push to production was undone: 3 updated, 1 deleted\./,
    );
  });

  it('names the rows that stay', () => {
    assert.match(staleMarkdown(plan), /- `users 7`: It was changed\\\./);
  });
});

describe('change tracking', () => {
  const report: KitReport = {
    target: 'production',
    address: 'https://abcd.supabase.co',
    state: 'partial',
    installedVersion: 1,
    version: 2,
    tables: [
      { table: 'users', tracked: true },
      { table: 'log', tracked: false, cause: 'no-primary-key' },
    ],
    missing: ['syncline_changes(text)'],
    changeLogRows: 1200,
    oldestChange: FIVE_MINUTES_AGO,
    stagedPushes: 2,
    advice: 'write the kit as a migration ("kit sql --write")',
  };

  it('is told by state, table and what to do next', () => {
    const text = kitStatusMarkdown(report);
    assert.match(text, /\*\*installed in part\*\*/);
    assert.match(text, /Installing it again mends it.*\*\*Syncline: Install change tracking\*\*/);
    assert.doesNotMatch(text, /--write/);
    assert.match(text, /\| `users` \| ✓ logged \|/);
    assert.match(text, /\| `log` \| ✗ not logged \| It has no primary key/);
    assert.match(text, /1,200 entries[^]*reaches back to 2026-03-01 11:55:00 UTC[^]*2 pushes are staged/);
    assert.match(text, /`syncline_changes\(text\)`/);
  });

  it('has words for every state', () => {
    const states = ['absent', 'current', 'partial', 'older', 'newer', 'restored'] as const;
    const texts = states.map((state) => kitStatusMarkdown({ ...report, state }));
    assert.equal(new Set(texts).size, states.length);
  });

  it('says why a table is not logged, whatever the cause', () => {
    const causes = ['absent', 'untracked', 'altered', 'truncated', 'unlogged', 'inherited', 'replicated'];
    for (const cause of causes) {
      const text = kitStatusMarkdown({ ...report, tables: [{ table: 'log', tracked: false, cause }] });
      assert.match(text, /\| `log` \| ✗ not logged \| [A-Z].*\. \|/, cause);
    }
    const unknown = kitStatusMarkdown({
      ...report,
      tables: [{ table: 'log', tracked: false, cause: 'odd' }],
    });
    assert.match(unknown, /\| odd \|/);
  });

  it('is in order when all is logged that has a key, and not before', () => {
    assert.match(kitStatusMarkdown({ ...report, state: 'current' }), /Everything is in order/);
    const tables = [{ table: 'users', tracked: false, cause: 'altered' }];
    assert.match(kitStatusMarkdown({ ...report, state: 'current', tables }), /Install change tracking/);
  });

  it('says what was written, and what it is good for', () => {
    const files = { up: 'supabase/migrations/1_kit.sql', down: 'supabase/migrations/down/1_kit.sql' };
    assert.match(
      installedText(files, false),
      /written to .*\/1_kit\.sql, .*down\/1_kit\.sql\. Review and commit/,
    );
    assert.match(installedText(files, true), /already: deploying it changes nothing/);
  });
});

describe('a sandbox copy', () => {
  it('lies in the workspace folder, and is not the local database', () => {
    for (const path of ['copy.db', './a/b.db', '..a/x.db'])
      assert.equal(checkCopyPath(path, 'dev.db'), undefined);
    for (const path of ['', ' ', 'a/', '/tmp/x.db', '../x.db', 'a/../../x', 'dev.db', './dev.db', 'a\0b']) {
      assert.ok(checkCopyPath(path, 'dev.db'), JSON.stringify(path));
    }
  });
});
