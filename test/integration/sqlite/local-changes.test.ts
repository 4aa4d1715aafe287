import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { LocalDatabase, RowCounts } from '../../../src/core/local-ports.ts';
import { seenColumnOf } from '../../../src/core/local-ports.ts';
import type { Table } from '../../../src/core/schema/model.ts';
import type { Row } from '../../../src/core/values/cell.ts';
import { loadSqliteDriver } from '../../../src/databases/sqlite/driver.ts';
import { sqliteLocalDatabase } from '../../../src/databases/sqlite/local-database.ts';
import { required, table, type } from '../../support/catalog.ts';
import { expectError } from '../../support/expect-error.ts';
import { bytesOf, execute } from '../../support/sqlite-files.ts';
import { localTablesOf, switchToRows } from '../../support/staged.ts';
import { temporaryFolders } from '../../support/temporary-folder.ts';

interface Example {
  readonly what: string;
  readonly table: Table;
  readonly rows: readonly Row[];
  /** What the developer does to the local database. */
  readonly edits: readonly string[];
  /** `undefined`: the table counts as altered. */
  readonly expected: RowCounts | undefined;
}

const NONE: RowCounts = { inserted: 0, updated: 0, deleted: 0 };
const KEYED = table('t', { id: required(type.bigint), a: type.text, n: type.numeric }, { key: ['id'] });
const TWO_ROWS: readonly Row[] = [
  [1n, 'x', '1.0'],
  [2n, null, null],
];
const KEYLESS = table('t', { a: type.text, b: type.int });
const COMPOSITE = table(
  't',
  { a: required(type.text), b: required(type.int), c: type.text },
  { key: ['a', 'b'] },
);
const VALUES = table(
  't',
  { id: required(type.int), f: type.double, b: type.bytea, flag: type.boolean, c: type.citext },
  { key: ['id'] },
);
const VALUE_ROWS: readonly Row[] = [[1n, 1.5, new Uint8Array([1, 2]), 1n, 'Bob']];

const EXAMPLES: readonly Example[] = [
  { what: 'nothing', table: KEYED, rows: TWO_ROWS, edits: [], expected: NONE },
  {
    what: 'one of each',
    table: KEYED,
    rows: TWO_ROWS,
    edits: [
      `INSERT INTO t VALUES (3, 'new', NULL)`,
      `UPDATE t SET a = 'y' WHERE id = 1`,
      'DELETE FROM t WHERE id = 2',
    ],
    expected: { inserted: 1, updated: 1, deleted: 1 },
  },
  {
    what: 'an update that changes nothing',
    table: KEYED,
    rows: TWO_ROWS,
    edits: ['UPDATE t SET a = a'],
    expected: NONE,
  },
  {
    what: 'NULL to a value, and back',
    table: KEYED,
    rows: TWO_ROWS,
    edits: [`UPDATE t SET a = '' WHERE id = 2`, 'UPDATE t SET a = NULL WHERE id = 1'],
    expected: { ...NONE, updated: 2 },
  },
  {
    what: 'another text of an equal number',
    table: KEYED,
    rows: TWO_ROWS,
    edits: [`UPDATE t SET n = '1.00' WHERE id = 1`],
    expected: { ...NONE, updated: 1 },
  },
  {
    what: 'a changed key, as one row gone and one new',
    table: KEYED,
    rows: TWO_ROWS,
    edits: ['UPDATE t SET id = 9007199254740993 WHERE id = 1'],
    expected: { inserted: 1, updated: 0, deleted: 1 },
  },
  {
    what: 'a composite key whose parts only together tell rows apart',
    table: COMPOSITE,
    rows: [
      ['x', 1n, 'one'],
      ['x', 2n, 'two'],
      ['y', 1n, null],
    ],
    edits: [`UPDATE t SET c = 'two!' WHERE a = 'x' AND b = 2`, `INSERT INTO t VALUES ('y', 2, NULL)`],
    expected: { inserted: 1, updated: 1, deleted: 0 },
  },
  {
    what: 'a table of nothing but its key',
    table: table('t', { a: required(type.text) }, { key: ['a'] }),
    rows: [['x'], ['y']],
    edits: [`DELETE FROM t WHERE a = 'x'`, `INSERT INTO t VALUES ('X')`],
    expected: { inserted: 1, updated: 0, deleted: 1 },
  },
  {
    what: 'floats, bytes and booleans',
    table: VALUES,
    rows: VALUE_ROWS,
    edits: ['UPDATE t SET f = 1.5000000000000002'],
    expected: { ...NONE, updated: 1 },
  },
  {
    what: 'a whole number written as an integer into a column of floats',
    table: VALUES,
    rows: [[1n, 2, null, null, null]],
    edits: ['UPDATE t SET f = 2'],
    expected: NONE,
  },
  {
    what: 'bytes that became text of the same bytes',
    table: VALUES,
    rows: VALUE_ROWS,
    edits: [`UPDATE t SET b = CAST(b AS TEXT)`],
    expected: { ...NONE, updated: 1 },
  },
  {
    what: 'a letter’s case in a column that compares without it',
    table: VALUES,
    rows: VALUE_ROWS,
    edits: [`UPDATE t SET c = 'BOB'`],
    expected: { ...NONE, updated: 1 },
  },
  {
    what: 'a letter’s case in a key that compares without it',
    table: table('t', { k: required(type.citext), a: type.text }, { key: ['k'] }),
    rows: [['bob', 'x']],
    edits: [`UPDATE t SET k = 'Bob'`],
    expected: { ...NONE, updated: 1 },
  },
  {
    what: 'equal rows of a table without a key, by their number',
    table: KEYLESS,
    rows: [
      ['x', 1n],
      ['x', 1n],
      [null, null],
    ],
    edits: [`INSERT INTO t VALUES ('x', 1), (NULL, NULL)`, `DELETE FROM t WHERE rowid = 3`],
    expected: { inserted: 1, updated: 0, deleted: 0 },
  },
  {
    what: 'a change in a table without a key, as one row gone and one new',
    table: KEYLESS,
    rows: [
      ['x', 1n],
      ['x', 1n],
    ],
    edits: [`UPDATE t SET b = 2 WHERE rowid = 1`],
    expected: { inserted: 1, updated: 0, deleted: 1 },
  },
  {
    what: 'a letter’s case in a table without a key',
    table: table('t', { a: type.citext }),
    rows: [['x']],
    edits: [`UPDATE t SET a = 'X'`],
    expected: { inserted: 1, updated: 0, deleted: 1 },
  },
  {
    what: 'names outside ASCII, in either case',
    table: table('T ÄÉ "q" 😀', { ÉTÉ: required(type.text), 'ß "x"': type.text }, { key: ['ÉTÉ'] }),
    rows: [['a', 'b']],
    edits: [`UPDATE "T ÄÉ ""q"" 😀" SET "ß ""x""" = 'c'`],
    expected: { ...NONE, updated: 1 },
  },
  {
    what: 'a column that the developer added',
    table: KEYED,
    rows: TWO_ROWS,
    edits: ['ALTER TABLE t ADD COLUMN mine TEXT'],
    expected: undefined,
  },
  {
    what: 'a generated column that the developer added',
    table: KEYED,
    rows: TWO_ROWS,
    edits: ['ALTER TABLE t ADD COLUMN mine TEXT AS (upper(a))'],
    expected: undefined,
  },
  {
    what: 'a column that the developer renamed',
    table: KEYED,
    rows: TWO_ROWS,
    edits: ['ALTER TABLE t RENAME COLUMN a TO b'],
    expected: undefined,
  },
  {
    what: 'a table that is gone',
    table: KEYED,
    rows: TWO_ROWS,
    edits: ['DROP TABLE t'],
    expected: undefined,
  },
];

describe('counting local changes', () => {
  const folder = temporaryFolders();
  let local: LocalDatabase;
  before(async () => {
    local = sqliteLocalDatabase(await loadSqliteDriver());
  });

  for (const { what, table: source, rows, edits, expected } of EXAMPLES) {
    it(`finds ${what}`, async () => {
      const at = folder();
      const path = join(at, 'dev.db');
      const base = join(at, 'base.db');
      await switchToRows(local, path, [{ table: source, rows }], { stagePath: base });
      execute(path, ...edits);
      const before = bytesOf(path);
      const [localTable] = localTablesOf(source);
      const pulled = { table: localTable!, seenColumn: seenColumnOf(localTable!) };
      const counts = local.countLocalChanges(path, base, [pulled]);
      assert.deepEqual(counts.get(localTable!.key), expected);
      assert.deepEqual(bytesOf(path), before);
    });
  }

  it('compares by key in time proportional to the rows', async () => {
    const at = folder();
    const path = join(at, 'dev.db');
    const rows = Array.from({ length: 20_000 }, (_, at): Row => [`${at % 7}`, BigInt(at), 'x']);
    await switchToRows(local, path, [{ table: COMPOSITE, rows }], { stagePath: join(at, 'base.db') });
    execute(path, `UPDATE t SET c = 'y' WHERE b % 2 = 0`);
    const [localTable] = localTablesOf(COMPOSITE);
    const counts = local.countLocalChanges(path, join(at, 'base.db'), [
      { table: localTable!, seenColumn: seenColumnOf(localTable!) },
    ]);
    assert.deepEqual(counts.get('t'), { ...NONE, updated: 10_000 });
  });

  it('says that the base is missing', async () => {
    const at = folder();
    const path = join(at, 'dev.db');
    await switchToRows(local, path, [{ table: KEYED, rows: TWO_ROWS }]);
    rmSync(join(at, 'stage.db'));
    const error = await expectError('LEDGER_CORRUPT', () =>
      local.countLocalChanges(path, join(at, 'stage.db'), []),
    );
    assert.match(error.message, /base of the last pull/);
    await expectError('LEDGER_CORRUPT', () => local.openBase(join(at, 'stage.db')));
  });
});
