import assert from 'node:assert/strict';
import type { TableTracking } from '../../../src/core/local-changes-port.ts';
import type { TableDrift } from '../../../src/engine/workspace-status.ts';
import { driftLook, hasDrifted, targetLook } from '../../../src/vscode/tree/drift.ts';
import { tableDescription, tableLabel, tableTooltip } from '../../../src/vscode/tree/describe-table.ts';
import { column, FIVE_MINUTES_AGO, newTable, NOW, pulledTable } from './table-status.ts';

const DRIFTS: readonly TableDrift[] = [
  'never-pulled',
  'in-step',
  'local-changes',
  'production-changes',
  'both',
  'schema-differs',
  'unknown',
];

describe('a table’s drift', () => {
  it('is told by letter and words, each another', () => {
    const looks = DRIFTS.map(driftLook);
    assert.equal(new Set(looks.map(({ badge }) => badge)).size, DRIFTS.length);
    assert.equal(new Set(looks.map(({ label }) => label)).size, DRIFTS.length);
    assert.ok(looks.every(({ badge = '' }) => badge.length <= 2));
  });

  it('has a colour wherever it has a letter', () => {
    for (const { badge, colour } of DRIFTS.map(driftLook))
      assert.equal(colour === undefined, badge === undefined);
  });

  it('calls for attention only where both sides differ', () => {
    assert.deepEqual(DRIFTS.filter(hasDrifted), [
      'local-changes',
      'production-changes',
      'both',
      'schema-differs',
    ]);
  });

  it('is counted on the target, in a colour only when all drifted alike', () => {
    assert.equal(targetLook(['in-step', 'never-pulled', 'unknown']), undefined);
    assert.deepEqual(targetLook(['local-changes', 'in-step']), {
      badge: '1',
      colour: 'syncline.localChangesForeground',
      label: '1 table drifted',
    });
    assert.deepEqual(targetLook(['local-changes', 'both']), { badge: '2', label: '2 tables drifted' });
    assert.equal(targetLook(Array.from({ length: 150 }, () => 'both' as const))?.badge, '99');
  });
});

describe('a table’s row', () => {
  it('says how many rows, how many masked columns, and when', () => {
    assert.equal(tableDescription(pulledTable(), NOW), '412 rows · 3 masked · pulled 5 min ago');
  });

  it('leaves out what is nought', () => {
    assert.equal(tableDescription(pulledTable({ maskedColumns: 0 }), NOW), '412 rows · pulled 5 min ago');
  });

  it('says what changed on each side before anything else but the rows', () => {
    const table = pulledTable({
      drift: 'both',
      local: { inserted: 1, updated: 2, deleted: 0 },
      production: { inserted: 0, updated: 0, deleted: 1200 },
    });
    assert.equal(
      tableDescription(table, NOW),
      '412 rows · 3 changed here · 1,200 changed in production · 3 masked · pulled 5 min ago',
    );
  });

  it('gives the planner’s estimate for a table that was never pulled', () => {
    assert.equal(tableDescription(newTable({ estimatedRows: 50_000 }), NOW), '~50,000 rows · not pulled yet');
    assert.equal(tableDescription(newTable(), NOW), 'not pulled yet');
  });

  it('is read out with its drift, once', () => {
    assert.equal(tableLabel(pulledTable(), NOW), 'users, in step, 412 rows, 3 masked, pulled 5 min ago');
    assert.equal(tableLabel(newTable(), NOW), 'users, not pulled yet');
  });
});

describe('a table’s tooltip', () => {
  it('says how it stands, its size, key and time', () => {
    assert.equal(
      tableTooltip(pulledTable({ maskedColumns: 0, columnDetails: [column('id')] }), NOW),
      [
        '`users` — in step',
        '412 rows · 5 columns · key `id`',
        'No column is masked.',
        'Pulled 5 min ago (2026-03-01 11:55:00 UTC)',
      ].join('\n\n'),
    );
  });

  it('counts changes by side and kind', () => {
    const tooltip = tableTooltip(
      pulledTable({ drift: 'local-changes', local: { inserted: 1, updated: 2, deleted: 3 } }),
      NOW,
    );
    assert.match(tooltip, /\| Local \| 1 \| 2 \| 3 \|\n\| Production \| – \| – \| – \|/);
    assert.match(tooltip, /A pull asks before it replaces local changes/);
  });

  it('names each masked column, its transformer and the reason', () => {
    const email = column('email', { transformer: 'email', detail: 'rule in *syncline.json*' });
    const tooltip = tableTooltip(pulledTable({ columnDetails: [column('id'), email] }), NOW);
    assert.match(tooltip, /Masked:\n- `email` → `email`: rule in \\\*syncline\\.json\\\*/);
    assert.doesNotMatch(tooltip, /`id` →/);
  });

  it('stays short for a wide table', () => {
    const columnDetails = Array.from({ length: 40 }, (_, index) =>
      column(`c${index}`, { transformer: 'text' }),
    );
    const lines = tableTooltip(pulledTable({ columnDetails }), NOW).split('\n');
    assert.equal(lines.filter((line) => line.startsWith('- ')).length, 12);
    assert.ok(lines.includes('- and 29 more'));
  });

  it('does not say what a table that was never pulled masks: nobody has decided', () => {
    const tooltip = tableTooltip(newTable({ columnDetails: [column('id')] }), NOW);
    assert.doesNotMatch(tooltip, /No column is masked/);
  });

  it('lists schema differences and says that a comparison was later than the pull', () => {
    const tooltip = tableTooltip(
      pulledTable({
        drift: 'schema-differs',
        schemaDifferences: ['column "phone" was added in production'],
        comparedAt: new Date(NOW).toISOString(),
      }),
      NOW,
    );
    assert.match(tooltip, /Schema differs:\n- `column "phone" was added in production`/);
    assert.match(tooltip, /Pulled 5 min ago .* · compared just now/);
    assert.doesNotMatch(tableTooltip(pulledTable({ comparedAt: FIVE_MINUTES_AGO }), NOW), /compared/);
  });

  it('says how local changes are found where they are logged, and why when they are not any more', () => {
    assert.doesNotMatch(tableTooltip(pulledTable(), NOW), /Local changes are/);
    const tooltip = (tracking: TableTracking) => tableTooltip(pulledTable({ tracking }), NOW);
    assert.match(tooltip({ state: 'triggers' }), /Local changes are logged by triggers\./);
    const reasons = ['replaced', 'rebuilt', 'triggers', 'uncounted'] as const;
    const texts = reasons.map((reason) => tooltip({ state: 'lost', reason }));
    for (const text of texts) assert.match(text, /comparing the whole table: .*\. The next pull or push/);
    assert.equal(new Set(texts).size, reasons.length);
  });

  it('warns of a table without a primary key', () => {
    const tooltip = tableTooltip(pulledTable({ primaryKey: [] }), NOW);
    assert.match(tooltip, /no primary key/);
    assert.match(tooltip, /a pull replaces the table whole/);
  });
});
