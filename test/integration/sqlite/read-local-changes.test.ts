import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import Database from 'better-sqlite3';
import type { LocalChangesReader } from '../../../src/core/local-changes-port.ts';
import type { LocalDatabase } from '../../../src/core/local-ports.ts';
import type { Table } from '../../../src/core/schema/model.ts';
import type { Row } from '../../../src/core/values/cell.ts';
import { changedRowsSql } from '../../../src/databases/sqlite/changed-rows-sql.ts';
import { loadSqliteDriver } from '../../../src/databases/sqlite/driver.ts';
import { sqliteLocalDatabase } from '../../../src/databases/sqlite/local-database.ts';
import { required, table, type } from '../../support/catalog.ts';
import { expectError } from '../../support/expect-error.ts';
import { bytesOf, dump, execute, query } from '../../support/sqlite-files.ts';
import { syncedFiles, type SyncedFiles, type SyncedTable } from '../../support/synced-files.ts';
import { temporaryFolders } from '../../support/temporary-folder.ts';

/** Rows as found: what is there now, and what was. */
interface Found {
  readonly insert?: readonly Row[];
  readonly update?: readonly (readonly [base: Row, local: Row])[];
  readonly delete?: readonly Row[];
}

const KEYED = table('t', { id: required(type.bigint), a: type.text, n: type.numeric }, { key: ['id'] });
const KEYED_ROWS: readonly Row[] = [
  [1n, 'x', '1.0'],
  [2n, null, null],
  [3n, '', '0'],
];
const COMPOSITE = table(
  't',
  { note: type.text, b: required(type.int), a: required(type.text) },
  { key: ['a', 'b'] },
);
const COMPOSITE_ROWS: readonly Row[] = [
  ['one', 1n, 'x'],
  ['two', 2n, 'x'],
  [null, 1n, 'y'],
];
const CITED = table('t', { k: required(type.citext), c: type.citext, i: type.int }, { key: ['k'] });
const CITED_ROWS: readonly Row[] = [
  ['bob', 'Hi', 1n],
  ['eve', 'Yo', 2n],
];
const VALUES = table(
  't',
  {
    id: required(type.int),
    i: type.int,
    f: type.double,
    b: type.bytea,
    flag: type.boolean,
    at: type.timestamptz,
  },
  { key: ['id'] },
);
const VALUE_ROWS: readonly Row[] = [
  [1n, 1n, 1, new Uint8Array([1]), 1n, '2024-01-02T03:04:05.000000Z'],
  [2n, null, null, null, null, null],
];

/** What an ORM does to change a table: makes it anew, copies, drops, renames. */
function rebuild(create: string, columns: string): string[] {
  return [
    create,
    `INSERT INTO new_t (${columns}) SELECT ${columns} FROM t`,
    'DROP TABLE t',
    'ALTER TABLE new_t RENAME TO t',
  ];
}

const EXAMPLES: readonly {
  readonly what: string;
  readonly table: Table;
  readonly rows: readonly Row[];
  readonly edits: readonly string[];
  readonly found: Found;
}[] = [
  { what: 'nothing', table: KEYED, rows: KEYED_ROWS, edits: [], found: {} },
  {
    what: 'new, changed and deleted rows, each in the order of the key',
    table: KEYED,
    rows: KEYED_ROWS,
    edits: [
      `INSERT INTO t VALUES (9, 'new', NULL), (-1, NULL, '1'), (9007199254740993, '', '')`,
      `UPDATE t SET a = 'y' WHERE id IN (1, 2)`,
      'DELETE FROM t WHERE id = 3',
    ],
    found: {
      insert: [
        [-1n, null, '1'],
        [9n, 'new', null],
        [9007199254740993n, '', ''],
      ],
      update: [
        [
          [1n, 'x', '1.0'],
          [1n, 'y', '1.0'],
        ],
        [
          [2n, null, null],
          [2n, 'y', null],
        ],
      ],
      delete: [[3n, '', '0']],
    },
  },
  {
    what: 'no update that changes nothing, and none that was taken back',
    table: KEYED,
    rows: KEYED_ROWS,
    edits: ['UPDATE t SET a = a', 'DELETE FROM t WHERE id = 1', `INSERT INTO t VALUES (1, 'x', '1.0')`],
    found: {},
  },
  {
    what: 'NULL beside the empty string',
    table: KEYED,
    rows: KEYED_ROWS,
    edits: [`UPDATE t SET a = '' WHERE id = 2`, 'UPDATE t SET a = NULL WHERE id = 3'],
    found: {
      update: [
        [
          [2n, null, null],
          [2n, '', null],
        ],
        [
          [3n, '', '0'],
          [3n, null, '0'],
        ],
      ],
    },
  },
  {
    what: 'a changed key, as a row that is gone and one that is new',
    table: KEYED,
    rows: KEYED_ROWS,
    edits: ['UPDATE t SET id = 4 WHERE id = 1'],
    found: { insert: [[4n, 'x', '1.0']], delete: [[1n, 'x', '1.0']] },
  },
  {
    what: 'keys that were exchanged, as changed rows',
    table: KEYED,
    rows: KEYED_ROWS,
    edits: [
      'UPDATE t SET id = id + 100',
      'UPDATE t SET id = 103 - id WHERE id < 103',
      'UPDATE t SET id = 3 WHERE id = 103',
    ],
    found: {
      update: [
        [
          [1n, 'x', '1.0'],
          [1n, null, null],
        ],
        [
          [2n, null, null],
          [2n, 'x', '1.0'],
        ],
      ],
    },
  },
  {
    what: 'rows by a composite key in its own order',
    table: COMPOSITE,
    rows: COMPOSITE_ROWS,
    edits: [
      `UPDATE t SET note = 'two!' WHERE a = 'x' AND b = 2`,
      `INSERT INTO t (a, b) VALUES ('y', 0), ('x', 9)`,
      `DELETE FROM t WHERE a = 'y' AND b = 1`,
    ],
    found: {
      insert: [
        [null, 9n, 'x'],
        [null, 0n, 'y'],
      ],
      update: [
        [
          ['two', 2n, 'x'],
          ['two!', 2n, 'x'],
        ],
      ],
      delete: [[null, 1n, 'y']],
    },
  },
  {
    what: 'a letter’s case where texts compare without it, in the key too',
    table: CITED,
    rows: CITED_ROWS,
    edits: [`UPDATE t SET c = 'HI' WHERE k = 'BOB'`, `UPDATE t SET k = 'Eve' WHERE k = 'eve'`],
    found: {
      update: [
        [
          ['bob', 'Hi', 1n],
          ['bob', 'HI', 1n],
        ],
        [
          ['eve', 'Yo', 2n],
          ['Eve', 'Yo', 2n],
        ],
      ],
    },
  },
  {
    what: 'bytes, floats, NaN and booleans',
    table: VALUES,
    rows: VALUE_ROWS,
    edits: [
      `UPDATE t SET b = CAST(b AS TEXT) WHERE id = 1`,
      `UPDATE t SET f = 'NaN', b = x'', flag = 0 WHERE id = 2`,
    ],
    found: {
      update: [
        [VALUE_ROWS[0]!, [1n, 1n, 1, '\u0001', 1n, '2024-01-02T03:04:05.000000Z']],
        [VALUE_ROWS[1]!, [2n, null, 'NaN', new Uint8Array(), 0n, null]],
      ],
    },
  },
  {
    what: 'no difference between 1 and 1.0, where the column makes one of the other',
    table: VALUES,
    rows: VALUE_ROWS,
    edits: [`UPDATE t SET i = 1.0, f = 1, flag = 1.0 WHERE id = 1`],
    found: {},
  },
  {
    what: 'another spelling of a date, which the reader of changes judges',
    table: VALUES,
    rows: VALUE_ROWS,
    edits: [`UPDATE t SET at = '2024-01-02 03:04:05' WHERE id = 1`],
    found: { update: [[VALUE_ROWS[0]!, [...VALUE_ROWS[0]!.slice(0, 5), '2024-01-02 03:04:05']]] },
  },
  {
    what: 'rows of a table that was made anew, with other rowids, another order of columns and other types',
    table: COMPOSITE,
    rows: COMPOSITE_ROWS,
    edits: [
      ...rebuild(
        'CREATE TABLE new_t (a varchar(255) NOT NULL, b bigint NOT NULL, note text, PRIMARY KEY (a, b))',
        'a, b, note',
      ),
      'UPDATE t SET rowid = 100 - rowid',
      `UPDATE t SET note = '!' WHERE b = 2`,
    ],
    found: {
      update: [
        [
          ['two', 2n, 'x'],
          ['!', 2n, 'x'],
        ],
      ],
    },
  },
  {
    what: 'rows of a table that was made anew without rowids, without a key, and without the case of its key',
    table: CITED,
    rows: CITED_ROWS,
    edits: [
      ...rebuild('CREATE TABLE new_t (k TEXT PRIMARY KEY, c TEXT, i) WITHOUT ROWID', 'k, c, i'),
      ...rebuild('CREATE TABLE new_t (k TEXT, c TEXT, i)', 'k, c, i'),
      `UPDATE t SET i = 1.0 WHERE k = 'bob'`,
      `UPDATE t SET i = 3.0 WHERE k = 'eve'`,
    ],
    found: {
      update: [
        [
          ['eve', 'Yo', 2n],
          ['eve', 'Yo', 3],
        ],
      ],
    },
  },
  {
    what: 'names of any kind',
    table: table(
      'T "q" 😀 [x]',
      { rowid: required(type.text), 'ß "x"': type.text, _syncline_seen: type.int, select: type.int },
      { key: ['rowid'] },
    ),
    rows: [
      ['b', 'x', 1n, 1n],
      ['a', 'y', 2n, 2n],
    ],
    edits: [
      `UPDATE "T ""q"" 😀 [x]" SET "ß ""x""" = 'z'`,
      `INSERT INTO "T ""q"" 😀 [x]" VALUES ('c', NULL, NULL, NULL)`,
    ],
    found: {
      insert: [['c', null, null, null]],
      update: [
        [
          ['a', 'y', 2n, 2n],
          ['a', 'z', 2n, 2n],
        ],
        [
          ['b', 'x', 1n, 1n],
          ['b', 'z', 1n, 1n],
        ],
      ],
    },
  },
];

describe('reading local changes', () => {
  const folder = temporaryFolders();
  let local: LocalDatabase;
  before(async () => {
    local = sqliteLocalDatabase(await loadSqliteDriver());
  });
  let reader: LocalChangesReader | undefined;
  afterEach(() => {
    reader?.close();
    reader = undefined;
  });

  const synced = (...tables: readonly SyncedTable[]): SyncedFiles => syncedFiles(local, folder(), tables);

  function open({ localPath, basePath, tables }: SyncedFiles): LocalChangesReader {
    reader = local.readLocalChanges(localPath, basePath, tables);
    return reader;
  }

  function found(files: SyncedFiles): Found {
    const changes = open(files);
    const [base] = files.tables;
    assert.ok(changes.isReadable(base!));
    const plain = (row: Row): Row =>
      row.map((cell) => (cell instanceof Uint8Array ? new Uint8Array(cell) : cell));
    return {
      insert: [...changes.changes(base!, 'insert')].flatMap((each) =>
        each.op === 'insert' ? [plain(each.local)] : [],
      ),
      update: [...changes.changes(base!, 'update')].flatMap((each) =>
        each.op === 'update' ? [[plain(each.base.cells), plain(each.local)] as const] : [],
      ),
      delete: [...changes.changes(base!, 'delete')].flatMap((each) =>
        each.op === 'delete' ? [plain(each.base.cells)] : [],
      ),
    };
  }

  for (const { what, table: source, rows, edits, found: expected } of EXAMPLES) {
    it(`finds ${what}`, () => {
      const files = synced({ table: source, rows });
      execute(files.localPath, ...edits);
      const before = [bytesOf(files.localPath), bytesOf(files.basePath)];
      assert.deepEqual(found(files), { insert: [], update: [], delete: [], ...expected });
      assert.deepEqual([bytesOf(files.localPath), bytesOf(files.basePath)], before);
    });
  }

  it('gives what was seen of the base row', () => {
    const seen = [new Uint8Array(16).fill(7), new Uint8Array(16).fill(8)];
    const files = synced({ table: KEYED, rows: KEYED_ROWS.slice(0, 2), seen, maskedColumns: ['a'] });
    execute(files.localPath, `UPDATE t SET a = 'new' WHERE id = 1`, 'DELETE FROM t WHERE id = 2');
    const changes = open(files);
    const [base] = files.tables;
    const [update] = changes.changes(base!, 'update');
    const [gone] = changes.changes(base!, 'delete');
    assert.ok(update?.op === 'update' && gone?.op === 'delete');
    assert.deepEqual(
      [update.base.seen, gone.base.seen],
      seen.map((hash) => Buffer.from(hash)),
    );
  });

  describe('of a table that was altered', () => {
    const alterations: readonly [what: string, sql: string][] = [
      ['has a column more', 'ALTER TABLE t ADD COLUMN mine TEXT'],
      ['has a generated column more', 'ALTER TABLE t ADD COLUMN mine TEXT AS (upper(a))'],
      ['has a column less', 'ALTER TABLE t DROP COLUMN a'],
      ['has a column of another name', 'ALTER TABLE t RENAME COLUMN a TO b'],
      ['is gone', 'DROP TABLE t'],
      ['has another name', 'ALTER TABLE t RENAME TO u'],
    ];
    for (const [what, sql] of alterations) {
      it(`says so when it ${what}`, () => {
        const files = synced({ table: KEYED, rows: KEYED_ROWS });
        execute(files.localPath, sql);
        assert.equal(open(files).isReadable(files.tables[0]!), false);
      });
    }
  });

  it('sees one state while another program writes', () => {
    const files = synced({ table: KEYED, rows: KEYED_ROWS });
    execute(files.localPath, 'PRAGMA journal_mode = WAL', `UPDATE t SET a = 'first' WHERE id = 1`);
    const changes = open(files);
    const [base] = files.tables;
    execute(
      files.localPath,
      `UPDATE t SET a = 'second'`,
      'DELETE FROM t WHERE id = 3',
      'ALTER TABLE t ADD COLUMN x',
    );
    assert.ok(changes.isReadable(base!));
    const updates = changes.changes(base!, 'update')[Symbol.iterator]();
    const first: unknown = updates.next().value;
    assert.deepEqual(first, {
      op: 'update',
      local: [1n, 'first', '1.0'],
      base: { cells: [1n, 'x', '1.0'], seen: null },
    });
    // Between two rows the same holds, and so it does for other questions meanwhile.
    assert.equal(changes.isPseudonym(base!, 'a', 'x'), true);
    assert.deepEqual([...changes.changes(base!, 'delete')], []);
    assert.equal(updates.next().done, true);
    assert.deepEqual([...changes.changes(base!, 'update')].length, 1);
    changes.close();
    reader = undefined;
    execute(files.localPath, 'ALTER TABLE t DROP COLUMN x');
    assert.equal([...open(files).changes(base!, 'update')].length, 2);
  });

  it('can be left in the middle', () => {
    const rows = Array.from({ length: 100 }, (_, at): Row => [BigInt(at), 'x', null]);
    const files = synced({ table: KEYED, rows });
    execute(files.localPath, `UPDATE t SET a = 'y'`);
    const changes = open(files);
    for (const change of changes.changes(files.tables[0]!, 'update')) {
      assert.equal(change.op, 'update');
      break;
    }
    changes.close();
    reader = undefined;
    execute(files.localPath, 'BEGIN EXCLUSIVE; ROLLBACK');
  });

  it('says that the base, or the local file, is missing', async () => {
    const files = synced({ table: KEYED, rows: KEYED_ROWS });
    rmSync(files.basePath);
    await expectError('LEDGER_CORRUPT', () => open(files));
    await expectError('LEDGER_CORRUPT', () => local.indexPseudonyms(files.basePath, files.tables));
  });

  it('does not search for rows that are where they were', () => {
    const source = table('t', { id: required(type.uuid), a: type.text }, { key: ['id'] });
    const files = synced({ table: source, rows: [] });
    const connection = new Database(files.localPath, { readonly: true });
    connection.prepare('ATTACH DATABASE ? AS base').run(files.basePath);
    const plan = (op: 'insert' | 'update' | 'delete', rowid = true): string[] =>
      connection
        .prepare<[], { detail: string }>(
          `EXPLAIN QUERY PLAN ${changedRowsSql(files.tables[0]!, op, rowid ? 'rowid' : undefined)}`,
        )
        .all()
        .map(({ detail }) => detail);
    assert.deepEqual(plan('update'), [
      'SCAN l',
      'SEARCH s USING INTEGER PRIMARY KEY (rowid=?) LEFT-JOIN',
      'SEARCH b USING INDEX sqlite_autoindex_t_1 (id=?)',
      'USE TEMP B-TREE FOR ORDER BY',
    ]);
    assert.match(plan('update', false)[1]!, /^SEARCH b USING INDEX/);
    assert.match(plan('insert')[1]!, /^SEARCH b USING COVERING INDEX/);
    assert.match(plan('delete')[1]!, /^SEARCH l USING COVERING INDEX/);
    connection.close();
  });

  describe('looks pseudonyms up', () => {
    const long = 'a long text that begins alike and goes on beyond what is indexed: '.repeat(3);
    const people = table(
      'people "x"',
      {
        id: required(type.int),
        email: type.citext,
        'b"io': type.text,
        doc: type.bytea,
        pay: type.numeric,
        age: type.int,
      },
      { key: ['id'] },
    );
    const rows: readonly Row[] = [
      [1n, 'Mask@x', `${long}1`, new Uint8Array([1, 2]), '10.50', 33n],
      [2n, null, `${long}2`, null, null, null],
    ];
    const maskedColumns = ['email', 'b"io', 'doc', 'pay', 'age'];
    const lookups: readonly [column: string, cell: string | bigint | Uint8Array, is: boolean][] = [
      ['email', 'Mask@x', true],
      ['email', 'mASK@X', true],
      ['email', 'Mask@', false],
      ['email', '', false],
      ['b"io', `${long}1`, true],
      ['b"io', `${long}2`, true],
      ['b"io', `${long}3`, false],
      ['b"io', `${long.toUpperCase()}1`, false],
      ['doc', new Uint8Array([1, 2]), true],
      ['doc', new Uint8Array([1]), false],
      ['pay', '10.50', true],
      ['age', 33n, true],
      ['age', 3n, false],
    ];

    for (const indexed of [false, true]) {
      it(`${indexed ? 'through' : 'without'} their indexes`, () => {
        const files = synced({ table: people, rows, maskedColumns });
        if (indexed) local.indexPseudonyms(files.basePath, files.tables);
        const changes = open(files);
        for (const [column, cell, is] of lookups) {
          assert.equal(changes.isPseudonym(files.tables[0]!, column, cell), is, `${column} ${String(cell)}`);
        }
        assert.throws(() => changes.isPseudonym(files.tables[0]!, 'nothing', 'x'), /nothing/);
      });
    }

    it('through indexes that stay when the base advances, and are used', async () => {
      const statements: string[] = [];
      const driver = await loadSqliteDriver();
      const files = synced({ table: people, rows, maskedColumns });
      local.indexPseudonyms(files.basePath, files.tables);
      const before = dump(files.basePath);
      local.indexPseudonyms(files.basePath, files.tables);
      assert.equal(dump(files.basePath), before);
      assert.equal(
        query(
          files.basePath,
          `SELECT count(*) FROM sqlite_schema WHERE name LIKE '_syncline_pseudonym %'`,
        )[0]![0],
        5n,
      );
      const listening = sqliteLocalDatabase({
        open(path, options) {
          const connection = driver.open(path, options);
          const prepare = connection.prepare.bind(connection);
          connection.prepare = (sql: string) => {
            statements.push(sql);
            return prepare(sql);
          };
          return connection;
        },
      });
      reader = listening.readLocalChanges(files.localPath, files.basePath, files.tables);
      for (const [column, cell] of lookups) reader.isPseudonym(files.tables[0]!, column, cell);
      const finds = statements.filter((sql) => sql.includes('LIMIT 1'));
      assert.equal(finds.length, 5);
      const connection = new Database(files.localPath, { readonly: true });
      connection.prepare('ATTACH DATABASE ? AS base').run(files.basePath);
      for (const find of finds) {
        const [plan] = connection
          .prepare<[null, null], { detail: string }>(`EXPLAIN QUERY PLAN ${find}`)
          .all(null, null);
        assert.match(plan!.detail, /^SEARCH .*USING INDEX _syncline_pseudonym /);
      }
      connection.close();
    });
  });
});
