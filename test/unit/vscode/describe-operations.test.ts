import assert from 'node:assert/strict';
import type { KitReport } from '../../../src/engine/kit-report.ts';
import type { PulledTable, PullReport } from '../../../src/engine/pull-report.ts';
import type { UndoReport } from '../../../src/engine/undo-report.ts';
import { checkCopyPath } from '../../../src/vscode/commands/check-copy-path.ts';
import { pulledChangesText } from '../../../src/vscode/commands/describe-pull-changes.ts';
import { staleMarkdown, undoneText, undoQuestion } from '../../../src/vscode/commands/describe-undo.ts';
import { migrationFileName } from '../../../src/vscode/commands/migration-file-name.ts';
import { kitStatusMarkdown } from '../../../src/vscode/documents/kit-status-markdown.ts';
import { migrationsDirectory } from '../../../src/vscode/session/workspace-file-text.ts';
import { FIVE_MINUTES_AGO, NOW } from './table-status.ts';

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
      'Undo the push to production of 2026-03-01 11:55:00 UTC? 3 updated, 1 deleted. 1 row changed since and will stay as they are.',
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
      { table: 'log', tracked: false, cause: 'It has no primary key.' },
    ],
    missing: ['syncline_changes(text)'],
    changeLogRows: 1200,
    oldestChange: FIVE_MINUTES_AGO,
    stagedPushes: 2,
    advice: 'Deploy the migration again.',
  };

  it('is told by state, table and what to do next', () => {
    const text = kitStatusMarkdown(report);
    assert.match(text, /\*\*installed in part\*\*/);
    assert.match(text, /Deploy the migration again/);
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

  it('is written where migrations are, under a name that the Supabase CLI runs', () => {
    assert.equal(migrationFileName('syncline_kit', NOW), '20260301120000_syncline_kit.sql');
    assert.equal(
      migrationsDirectory('{ "migrations": { "directory": "db/migrations" } // ours\n}'),
      'db/migrations',
    );
    for (const text of ['', '{}', '{"migrations": 3}', '{"migrations": {"directory": ""}}']) {
      assert.equal(migrationsDirectory(text), 'supabase/migrations');
    }
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
