import assert from 'node:assert/strict';
import type { PullReport } from '../../../src/engine/pull-report.ts';
import { maskPreviewText } from '../../../src/vscode/documents/mask-preview-text.ts';
import { pullReportMarkdown } from '../../../src/vscode/documents/pull-report-markdown.ts';

const email = {
  column: 'email',
  transformer: 'email',
  reason: 'name',
  detail: 'named like an address',
} as const;
const id = { column: 'id', transformer: 'keep', reason: 'safe', detail: 'primary key' } as const;

const report: PullReport = {
  run: '20260301T120000Z-abcdef',
  mode: 'full',
  target: 'production',
  address: 'https://abcd.supabase.co',
  startedAt: '2026-03-01T12:00:00.000Z',
  finishedAt: '2026-03-01T12:00:08.250Z',
  durations: {
    connect: 12,
    snapshot: 3,
    plan: 40,
    backup: 10,
    stage: 4,
    load: 8000,
    check: 100,
    switch: 20,
    record: 61,
  },
  snapshot: { id: '740:740:', consistent: true },
  partialCatalog: false,
  masked: true,
  maskingKey: 'ab12',
  tables: [
    { table: 'order', localName: 'order', rows: 12, bytes: 500, withoutKey: true, columns: [id] },
    {
      table: 'auth.users',
      localName: 'auth_users',
      rows: 50_000,
      bytes: 3_200_000,
      withoutKey: false,
      columns: [id, email],
    },
  ],
  totals: { tables: 2, rows: 50_012, bytes: 3_200_500, maskedColumns: 1 },
  checks: [
    { name: 'foreign keys', status: 'passed', detail: '4 references' },
    { name: 'unique', status: 'skipped', detail: 'the catalog is partial' },
  ],
  notes: [{ table: 'order', object: 'note|x', kind: 'default', message: 'now() has no equal in SQLite' }],
  warnings: [],
  local: {
    path: '/home/ada/app/dev.db',
    created: false,
    backup: '/home/ada/app/.syncline/backups/1.db',
    replacedEdits: 3,
  },
};

describe('a pull’s report', () => {
  const markdown = pullReportMarkdown(report);

  it('begins with what came and what became of the old database', () => {
    assert.match(markdown, /^# Pull of production\n\n\*\*50,012 rows\*\* in \*\*2 tables\*\* \(3\.2 MB\)/);
    assert.match(markdown, /3 locally edited rows were replaced; the backup keeps them/);
  });

  it('lists every table with its rows and masks, and says which had no key', () => {
    assert.match(markdown, /\| `order` \| 12 \| 500 B \| 1 \| 0 \| no primary key: replaced whole \|/);
    assert.match(markdown, /\| `auth\.users` → `auth_users` \| 50,000 \| 3\.2 MB \| 2 \| 1 \| {2}\|/);
  });

  it('says why each column was masked', () => {
    assert.match(markdown, /\| `auth\.users` \| `email` \| `email` \| named like an address \|/);
  });

  it('never calls a check that was not made passed', () => {
    assert.match(markdown, /✅ \*\*foreign keys\*\* passed: 4 references/);
    assert.match(markdown, /⏭️ \*\*unique\*\* not made: the catalog is partial/);
  });

  it('leaves out what there is nothing to say about', () => assert.doesNotMatch(markdown, /Warnings/));

  it('shouts when nothing was masked', () => {
    const raw = pullReportMarkdown({ ...report, masked: false });
    assert.match(raw, /\*\*Nothing was masked\*\*/);
    assert.doesNotMatch(raw, /Masked columns/);
  });
});

describe('the report of an incremental pull', () => {
  const [users] = report.tables;
  const changes = { inserted: 1, updated: 2, deleted: 0, held: 3 };
  const found = { method: 'digests', read: 412, instead: 'the change log was pruned' } as const;
  const markdown = pullReportMarkdown({
    ...report,
    mode: 'incremental',
    tables: [{ ...users!, table: 'users', changes, found }],
  });

  it('tells by table what it did and by which method it found out', () => {
    assert.match(
      markdown,
      /\| `users` \| 1 \| 2 \| 0 \| 3 \| 412 \| digests \(the change log was pruned\) \|/,
    );
    assert.match(markdown, /A watermark misses updates/);
  });

  it('does not speak of a database that was replaced', () => {
    assert.doesNotMatch(markdown, /was replaced\./);
    assert.match(markdown, /beside what was edited there/);
  });
});

describe('a preview of masked rows', () => {
  it('lines its columns up, tells NULL from its name, and stays on its lines', () => {
    const text = maskPreviewText({
      table: 'users',
      columns: [id, email],
      rows: [
        ['1', 'ada@example.com'],
        ['2', null],
        ['3', 'NULL'],
        ['4', 'a\nb\t山'],
      ],
    });
    assert.deepEqual(text.split('\n').slice(3, 10), [
      'id   │ email',
      'keep │ email',
      '─────┼────────────────',
      '1    │ ada@example.com',
      '2    │ NULL',
      '3    │ "NULL"',
      '4    │ a⏎b⇥山',
    ]);
    assert.match(text, /^users: 4 rows as a pull would write them/);
    assert.match(text, /email +email +named like an address/);
  });

  it('is there for a table without rows', () => {
    assert.match(maskPreviewText({ table: 'users', columns: [id], rows: [] }), /users: 0 rows/);
  });
});
