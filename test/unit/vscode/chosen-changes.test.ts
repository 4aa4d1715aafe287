import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { rowSelector, type RowAddress } from '../../../src/engine/selection.ts';
import {
  chosenCount,
  EVERYTHING,
  isRowChosen,
  selectionOf,
  shareOf,
  withKnownRows,
  withKnownTables,
  withRow,
  withTable,
  type Choice,
} from '../../../src/vscode/changes/chosen-changes.ts';

const ROWS: Readonly<Record<string, readonly RowAddress[]>> = {
  a: [1, 2, 3].map((id) => ({ table: 'a', key: [String(id)] })),
  b: [1, 2].map((id) => ({ table: 'b', key: [String(id), 'x"],["'] })),
};
const TABLES = Object.entries(ROWS).map(([table, rows]) => ({ table, total: rows.length }));
const ALL = Object.values(ROWS).flat();
const listRows = (table: string) => Promise.resolve(ROWS[table] ?? []);

const click = fc.oneof(
  fc.record({ kind: fc.constant('table' as const), table: fc.constantFrom('a', 'b'), on: fc.boolean() }),
  fc.record({ kind: fc.constant('row' as const), row: fc.constantFrom(...ALL), on: fc.boolean() }),
);

describe('the choice of changed rows', () => {
  it('is everything until somebody unchecks something', async () => {
    assert.ok(ALL.every((row) => isRowChosen(EVERYTHING, row)));
    assert.equal(await selectionOf(EVERYTHING, TABLES, listRows), undefined);
  });

  it('is after any clicks what each row was told last, and its selection takes just that', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(click), async (clicks) => {
        const model = new Set(ALL);
        let choice: Choice = EVERYTHING;
        for (const one of clicks) {
          const rows = one.kind === 'row' ? [one.row] : (ROWS[one.table] ?? []);
          for (const row of rows)
            if (one.on) model.add(row);
            else model.delete(row);
          choice =
            one.kind === 'row' ? withRow(choice, one.row, one.on) : withTable(choice, one.table, one.on);
        }
        for (const row of ALL) assert.equal(isRowChosen(choice, row), model.has(row));
        for (const { table, total } of TABLES) {
          const expected = [...model].filter((row) => row.table === table).length;
          assert.equal(chosenCount(choice, table, total), expected);
        }
        const selection = await selectionOf(choice, TABLES, listRows);
        if (selection === null) assert.equal(model.size, 0);
        else for (const row of ALL) assert.equal(rowSelector(selection)(row), model.has(row));
        if (model.size === ALL.length) assert.equal(selection, undefined);
      }),
    );
  });

  it('lists rows only of tables that are chosen in part', async () => {
    const choice = withRow(EVERYTHING, ROWS['a']![0]!, false);
    const asked: string[] = [];
    const selection = await selectionOf(choice, TABLES, (table) => {
      asked.push(table);
      return listRows(table);
    });
    assert.deepEqual(asked, ['a']);
    assert.deepEqual(selection, { tables: ['a', 'b'], rows: ROWS['a']!.slice(1) });
  });

  it('forgets rows and tables that are no changes any more', () => {
    const [first, second] = ROWS['a']!;
    const choice = withRow(withRow(EVERYTHING, first!, false), second!, false);
    const known = withKnownRows(choice, 'a', [second!]);
    assert.equal(chosenCount(known, 'a', 1), 0);
    assert.ok(isRowChosen(known, first!));
    assert.equal(withKnownRows(choice, 'a', ROWS['a']!), choice);
    assert.equal(withKnownTables(choice, ['a']), choice);
    assert.ok(isRowChosen(withKnownTables(choice, []), first!));
  });

  it('has three shares', () => {
    assert.deepEqual([shareOf(0, 2), shareOf(1, 2), shareOf(2, 2)], ['none', 'some', 'all']);
  });
});
