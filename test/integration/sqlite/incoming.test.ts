import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import Database from 'better-sqlite3';
import { SynclineError, toSynclineError } from '../../../src/core/errors.ts';
import type { LocalDatabase } from '../../../src/core/local-ports.ts';
import type { Row } from '../../../src/core/values/cell.ts';
import { loadSqliteDriver } from '../../../src/databases/sqlite/driver.ts';
import { sqliteLocalDatabase } from '../../../src/databases/sqlite/local-database.ts';
import { index, required, table, type } from '../../support/catalog.ts';
import { expectError } from '../../support/expect-error.ts';
import { bytesOf, dump, execute, query } from '../../support/sqlite-files.ts';
import { applyTo, bring, syncedFiles, type Arrival, type SyncedFiles } from '../../support/synced-files.ts';
import { temporaryFolders } from '../../support/temporary-folder.ts';

const USERS = table(
  'users',
  { id: required(type.bigint), email: required(type.text), name: type.text },
  { key: ['id'], uniques: [['email']] },
);
const POSTS = table(
  'posts',
  { blog: required(type.text), no: required(type.int), author: type.bigint, title: type.text },
  {
    key: ['blog', 'no'],
    references: [{ columns: ['author'], table: 'users', to: ['id'] }],
    indexes: [index('posts_by_author', ['author'])],
  },
);
const USER_ROWS: readonly Row[] = [
  [1n, 'a@x', 'Ada'],
  [2n, 'b@x', 'Bob'],
  [3n, 'c@x', null],
];
const POST_ROWS: readonly Row[] = [
  ['news', 1n, 1n, 'one'],
  ['news', 2n, 2n, 'two'],
  ['😀', 1n, null, null],
];
const USER_LIST = 'SELECT id, email, name FROM users ORDER BY id';
const POST_LIST = 'SELECT blog, no, author, title FROM posts ORDER BY blog, no';

describe('incoming rows', () => {
  const folder = temporaryFolders();
  let local: LocalDatabase;
  let impatient: LocalDatabase;
  before(async () => {
    const driver = await loadSqliteDriver();
    local = sqliteLocalDatabase(driver);
    impatient = sqliteLocalDatabase({
      open: (path, options) => driver.open(path, { ...options, busyTimeout: 0 }),
    });
  });

  const blog = (): SyncedFiles =>
    syncedFiles(local, folder(), [
      { table: USERS, rows: USER_ROWS },
      { table: POSTS, rows: POST_ROWS },
    ]);

  /** Everything that is in the base: its rows, without what was seen. */
  const baseRows = ({ basePath }: SyncedFiles): unknown[][][] => [
    query(basePath, USER_LIST),
    query(basePath, POST_LIST),
  ];

  describe('that meet no local edits', () => {
    it('are put in, changed and taken out, and the base follows, however often', () => {
      const files = blog();
      bring(local, files, [
        { table: 'users', cells: [4n, 'd@x', 'Dan'] },
        { table: 'users', cells: [1n, 'a@x', 'Ada L.'] },
        { table: 'posts', cells: ['news', 1n, 4n, 'one'] },
        { table: 'posts', gone: ['news', 2n] },
        { table: 'users', gone: [2n] },
      ]);
      const { tables, held, fingerprint } = applyTo(local, files);
      assert.deepEqual(tables, [
        { table: 'users', inserted: 1, updated: 1, deleted: 1, held: 0 },
        { table: 'posts', inserted: 0, updated: 1, deleted: 1, held: 0 },
      ]);
      assert.deepEqual(held, []);
      assert.equal(fingerprint, local.fingerprint(files.localPath));
      const users = [
        [1n, 'a@x', 'Ada L.'],
        [3n, 'c@x', null],
        [4n, 'd@x', 'Dan'],
      ];
      const posts = [
        ['news', 1n, 4n, 'one'],
        ['😀', 1n, null, null],
      ];
      assert.deepEqual(query(files.localPath, USER_LIST), users);
      assert.deepEqual(query(files.localPath, POST_LIST), posts);
      assert.deepEqual(query(files.basePath, USER_LIST), USER_ROWS);
      for (const time of ['once', 'again']) {
        local.advanceBase(files.basePath, files.incomingPath, files.tables);
        assert.deepEqual(baseRows(files), [users, posts], time);
      }
    });

    it('may swap unique values, among many, and take one that another gives up', () => {
      const files = blog();
      bring(local, files, [
        { table: 'users', cells: [1n, 'b@x', 'Ada'] },
        { table: 'users', cells: [2n, 'c@x', 'Bob'] },
        { table: 'users', cells: [3n, 'a@x', null] },
        { table: 'users', cells: [4n, 'z@x', null] },
      ]);
      applyTo(local, files);
      local.advanceBase(files.basePath, files.incomingPath, files.tables);
      bring(local, files, [
        { table: 'users', cells: [9n, 'z@x', null] },
        { table: 'users', gone: [4n] },
      ]);
      applyTo(local, files);
      assert.deepEqual(query(files.localPath, 'SELECT id, email FROM users ORDER BY id'), [
        [1n, 'b@x'],
        [2n, 'c@x'],
        [3n, 'a@x'],
        [9n, 'z@x'],
      ]);
    });

    it('replace an earlier arrival of the same row', () => {
      const files = blog();
      bring(local, files, [
        { table: 'users', gone: [3n] },
        { table: 'users', cells: [3n, 'c@x', 'Cyd'] },
        { table: 'users', cells: [5n, 'e@x', 'Eve'] },
        { table: 'users', gone: [5n] },
      ]);
      const { tables } = applyTo(local, files);
      assert.deepEqual(tables[0], { table: 'users', inserted: 0, updated: 1, deleted: 0, held: 0 });
      assert.deepEqual(query(files.localPath, 'SELECT name FROM users WHERE id IN (3, 5)'), [['Cyd']]);
    });

    it('leave every row that stays in its place, with its rowid', () => {
      const files = blog();
      const rowids = 'SELECT rowid, blog, no FROM posts ORDER BY rowid';
      const before = query(files.localPath, rowids);
      bring(local, files, [
        { table: 'posts', cells: ['news', 1n, 3n, 'a new author'] },
        { table: 'posts', cells: ['news', 2n, 2n, 'a new title'] },
        { table: 'posts', cells: ['a', 1n, null, 'new'] },
      ]);
      applyTo(local, files);
      assert.deepEqual(query(files.localPath, rowids), [...before, [4n, 'a', 1n]]);
    });

    it('do not set off the developer’s triggers, which are there afterwards in their order', () => {
      const files = blog();
      const triggers = [
        `CREATE TRIGGER first AFTER UPDATE ON users BEGIN INSERT INTO log VALUES ('first'); END`,
        `CREATE TRIGGER "on post" AFTER INSERT ON posts BEGIN INSERT INTO log VALUES (NEW.title); END`,
        `CREATE TRIGGER second AFTER UPDATE ON Users BEGIN INSERT INTO log VALUES ('second'); END`,
        `CREATE TRIGGER "drop" BEFORE DELETE ON posts BEGIN SELECT RAISE(ABORT, 'no'); END`,
      ];
      execute(files.localPath, 'CREATE TABLE log (line TEXT)', ...triggers);
      const schema = () =>
        query(files.localPath, `SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' ORDER BY rowid`);
      const before = schema();
      bring(local, files, [
        { table: 'users', cells: [1n, 'new@x', 'Ada'] },
        { table: 'users', cells: [2n, 'b@x', 'Robert'] },
        { table: 'posts', cells: ['news', 3n, 1n, 'three'] },
        { table: 'posts', gone: ['news', 2n] },
      ]);
      applyTo(local, files);
      assert.deepEqual(query(files.localPath, 'SELECT * FROM log'), []);
      assert.deepEqual(schema(), before);
      execute(files.localPath, `UPDATE users SET name = 'x' WHERE id = 1`);
      assert.equal(query(files.localPath, 'SELECT * FROM log').length, 2);
    });

    it('are not swallowed by a constraint that resolves its conflicts itself', () => {
      const files = blog();
      const sql = query(files.localPath, `SELECT sql FROM sqlite_schema WHERE name = 'users'`)[0]![0];
      execute(
        files.localPath,
        'PRAGMA foreign_keys = OFF',
        'PRAGMA legacy_alter_table = ON',
        'ALTER TABLE users RENAME TO old',
        String(sql).replace('UNIQUE ("email")', 'UNIQUE ("email") ON CONFLICT REPLACE'),
        'INSERT INTO users SELECT * FROM old',
        'DROP TABLE old',
        `INSERT INTO users VALUES (77, 'mine@x', 'local')`,
      );
      bring(local, files, [{ table: 'users', cells: [4n, 'mine@x', 'Dan'] }]);
      const { held } = applyTo(local, files);
      assert.equal(held.length, 1);
      assert.deepEqual(query(files.localPath, "SELECT id FROM users WHERE email = 'mine@x'"), [[77n]]);
    });
  });

  describe('that meet local edits', () => {
    it('merge by column', () => {
      const files = blog();
      execute(files.localPath, `UPDATE users SET name = 'local' WHERE id = 1`);
      bring(local, files, [{ table: 'users', cells: [1n, 'new@x', 'Ada'] }]);
      assert.equal(applyTo(local, files).tables[0]?.updated, 1);
      assert.deepEqual(query(files.localPath, 'SELECT * FROM users WHERE id = 1'), [[1n, 'new@x', 'local']]);
    });

    const conflicts: readonly {
      readonly what: string;
      readonly edit: string;
      readonly arrival: Arrival;
      readonly kind: string;
      readonly columns: readonly string[];
    }[] = [
      {
        what: 'one column changed on both sides',
        edit: `UPDATE users SET name = 'local' WHERE id = 1`,
        arrival: { table: 'users', cells: [1n, 'new@x', 'production'] },
        kind: 'update/update',
        columns: ['name'],
      },
      {
        what: 'a row changed there and deleted here',
        edit: 'DELETE FROM users WHERE id = 3',
        arrival: { table: 'users', cells: [3n, 'c@x', 'production'] },
        kind: 'update/delete',
        columns: ['name'],
      },
      {
        what: 'a row deleted there and changed here',
        edit: `UPDATE users SET name = 'local' WHERE id = 3`,
        arrival: { table: 'users', gone: [3n] },
        kind: 'delete/update',
        columns: ['name'],
      },
      {
        what: 'a row made on both sides',
        edit: `INSERT INTO users VALUES (9, 'x@x', 'local')`,
        arrival: { table: 'users', cells: [9n, 'x@x', 'production'] },
        kind: 'insert/insert',
        columns: ['name'],
      },
      {
        what: 'a unique value that a row has here',
        edit: `INSERT INTO users VALUES (9, 'new@x', 'local')`,
        arrival: { table: 'users', cells: [4n, 'new@x', 'production'] },
        kind: 'constraint',
        columns: ['email'],
      },
      {
        what: 'a new child of a row that was deleted here',
        edit: 'DELETE FROM users WHERE id = 3',
        arrival: { table: 'posts', cells: ['news', 3n, 3n, 'three'] },
        kind: 'constraint',
        columns: ['author'],
      },
      {
        what: 'the deletion of a row that has a new child here',
        edit: `INSERT INTO posts VALUES ('mine', 1, 3, 'local')`,
        arrival: { table: 'users', gone: [3n] },
        kind: 'constraint',
        columns: ['id'],
      },
    ];
    for (const { what, edit, arrival, kind, columns } of conflicts) {
      it(`are held by ${what}, and the rest goes on`, () => {
        const files = blog();
        execute(files.localPath, edit);
        const before = dump(files.localPath);
        const baseBefore = dump(files.basePath);
        bring(local, files, [arrival, { table: 'users', cells: [2n, 'b@x', 'Bob!'] }]);
        const { held, tables } = applyTo(local, files);
        assert.deepEqual(
          held.map((row) => [row.table, row.kind, row.columns]),
          [[arrival.table, kind, columns]],
        );
        const [row] = held;
        assert.deepEqual(row?.production, 'gone' in arrival ? null : { cells: arrival.cells, seen: null });
        assert.equal(tables.find((each) => each.table === arrival.table)?.held, 1);
        const changed = (text: string): string => text.replace(`2,'b@x','Bob'`, `2,'b@x','Bob!'`);
        assert.equal(dump(files.localPath), changed(before));
        local.advanceBase(files.basePath, files.incomingPath, files.tables);
        const moved = (text: string): string =>
          text
            .split('\n')
            .filter((line) => !line.startsWith(`users: 2,`))
            .sort()
            .join('\n');
        assert.equal(moved(dump(files.basePath)), moved(baseBefore));
        assert.deepEqual(query(files.basePath, 'SELECT name FROM users WHERE id = 2'), [['Bob!']]);
      });
    }

    it('are held with all that depends on them', () => {
      const people = table(
        'people',
        { id: required(type.int), boss: type.int, name: type.text },
        { key: ['id'], references: [{ columns: ['boss'], table: 'people', to: ['id'] }] },
      );
      const rows: readonly Row[] = [
        [1n, null, 'top'],
        [2n, 1n, 'middle'],
        [3n, 2n, 'low'],
      ];
      const files = syncedFiles(local, folder(), [{ table: people, rows }]);
      execute(files.localPath, `UPDATE people SET name = 'edited' WHERE id = 3`);
      bring(local, files, [
        { table: 'people', gone: [1n] },
        { table: 'people', gone: [2n] },
        { table: 'people', gone: [3n] },
        { table: 'people', cells: [4n, null, 'new'] },
      ]);
      const { held } = applyTo(local, files);
      assert.deepEqual(
        held.map((row) => [row.key, row.kind]),
        [
          [[1n], 'constraint'],
          [[2n], 'constraint'],
          [[3n], 'delete/update'],
        ],
      );
      assert.deepEqual(query(files.localPath, 'SELECT id FROM people ORDER BY id'), [[1n], [2n], [3n], [4n]]);
    });

    it('are held when a merged row fits no check', () => {
      const spans = table(
        'spans',
        { id: required(type.int), a: type.int, b: type.int },
        { key: ['id'], checks: [{ name: 'ordered', expression: 'a <= b' }] },
      );
      const files = syncedFiles(local, folder(), [
        {
          table: spans,
          rows: [
            [1n, 1n, 9n],
            [2n, 1n, 9n],
          ],
        },
      ]);
      execute(files.localPath, 'UPDATE spans SET a = 8 WHERE id = 1');
      bring(local, files, [
        { table: 'spans', cells: [1n, 1n, 5n] },
        { table: 'spans', cells: [2n, 1n, 5n] },
      ]);
      const { held } = applyTo(local, files);
      assert.deepEqual(
        held.map((row) => [row.key, row.kind, row.columns]),
        [[[1n], 'constraint', ['a']]],
      );
      assert.deepEqual(query(files.localPath, 'SELECT * FROM spans ORDER BY id'), [
        [1n, 8n, 9n],
        [2n, 1n, 5n],
      ]);
    });

    it('do not take another spelling for an edit, and replace it by production’s', () => {
      const source = table(
        't',
        { id: required(type.int), at: type.timestamptz, n: type.numeric, note: type.text },
        { key: ['id'] },
      );
      const day = '2024-01-02T00:00:00.000000Z';
      const rows: readonly Row[] = [1n, 2n, 3n].map((id): Row => [id, day, '1.0', 'x']);
      const files = syncedFiles(local, folder(), [{ table: source, rows }]);
      execute(files.localPath, `UPDATE t SET at = '2024-01-02 00:00:00', n = '1.000'`);
      bring(local, files, [
        { table: 't', cells: [1n, day, '1.00', 'y'] },
        { table: 't', cells: [2n, day, '2', 'x'] },
        { table: 't', gone: [3n] },
      ]);
      const { held, tables } = applyTo(local, files);
      assert.deepEqual(held, []);
      assert.deepEqual(tables, [{ table: 't', inserted: 0, updated: 2, deleted: 1, held: 0 }]);
      assert.deepEqual(query(files.localPath, 'SELECT * FROM t ORDER BY id'), [
        [1n, day, '1.00', 'y'],
        [2n, day, '2', 'x'],
      ]);
    });

    it('see a change of a masked column by its hash alone', () => {
      const hash = (byte: number): Uint8Array => new Uint8Array(16).fill(byte);
      const rows: readonly Row[] = [1n, 2n, 3n, 4n].map((id): Row => [id, `${id}@masked`, null]);
      const files = syncedFiles(local, folder(), [
        { table: USERS, rows, seen: [hash(1), hash(2), hash(3), hash(4)], maskedColumns: ['email'] },
      ]);
      execute(files.localPath, `UPDATE users SET email = 'mine-' || id WHERE id >= 3`);
      bring(local, files, [
        // Production's value is another, and so is its masked form.
        { table: 'users', cells: [1n, 'other@masked', null], seen: hash(9) },
        // Production's value is another, its masked form the same.
        { table: 'users', cells: [2n, '2@masked', null], seen: hash(9) },
        { table: 'users', cells: [3n, '3@masked', null], seen: hash(9) },
        { table: 'users', cells: [4n, '4@masked', 'new'], seen: hash(4) },
      ]);
      const { held } = applyTo(local, files);
      assert.deepEqual(
        held.map((row) => [row.key, row.kind, row.columns, row.production?.seen]),
        [[[3n], 'update/update', ['email'], Buffer.from(hash(9))]],
      );
      assert.deepEqual(query(files.localPath, USER_LIST), [
        [1n, 'other@masked', null],
        [2n, '2@masked', null],
        [3n, 'mine-3', null],
        [4n, 'mine-4', 'new'],
      ]);
      local.advanceBase(files.basePath, files.incomingPath, files.tables);
      assert.deepEqual(
        query(files.basePath, 'SELECT substr(hex(_syncline_seen), 1, 2) FROM users ORDER BY id'),
        [['09'], ['09'], ['03'], ['04']],
      );
    });
  });

  describe('of keys and names of every kind', () => {
    it('are found where texts compare without case, also by their children', () => {
      const words = table('words', { w: required(type.citext), n: type.int }, { key: ['w'] });
      const uses = table(
        'uses',
        { id: required(type.int), w: type.citext },
        { key: ['id'], references: [{ columns: ['w'], table: 'words', to: ['w'] }] },
      );
      const files = syncedFiles(local, folder(), [
        {
          table: words,
          rows: [
            ['bob', 1n],
            ['eve', 1n],
          ],
        },
        { table: uses, rows: [] },
      ]);
      execute(files.localPath, `INSERT INTO uses VALUES (1, 'EVE')`);
      bring(local, files, [
        { table: 'words', gone: ['bob'] },
        { table: 'words', cells: ['Bob', 2n] },
        { table: 'words', gone: ['Eve'] },
        { table: 'uses', cells: [2n, 'BOB'] },
      ]);
      const { held } = applyTo(local, files);
      assert.deepEqual(
        held.map((row) => [row.key, row.kind]),
        [[['Eve'], 'constraint']],
      );
      assert.deepEqual(query(files.localPath, 'SELECT * FROM words ORDER BY w'), [
        ['Bob', 2n],
        ['eve', 1n],
      ]);
      local.advanceBase(files.basePath, files.incomingPath, files.tables);
      assert.deepEqual(query(files.basePath, 'SELECT w, n FROM words ORDER BY w'), [
        ['Bob', 2n],
        ['eve', 1n],
      ]);
    });

    it('work with any name, though a table takes all the names of the rowid', () => {
      const name = 'a "quoted" täble 😀';
      const nasty = table(
        name,
        {
          rowid: required(type.text),
          oid: required(type.bytea),
          _rowid_: type.text,
          _syncline_state: type.text,
          _syncline_place: type.int,
          place: type.text,
          "it's": type.text,
          select: type.numeric,
        },
        { key: ['oid', 'rowid'], uniques: [['_rowid_', 'place']] },
      );
      const bytes = new Uint8Array([0, 255]);
      const many = Array.from({ length: 2500 }, (_, at): Row => [
        `${at}`,
        bytes,
        'r',
        's',
        BigInt(2500 - at),
        `p${at}`,
        null,
        '1.0',
      ]);
      const files = syncedFiles(local, folder(), [{ table: nasty, rows: many.slice(0, 2000) }]);
      const shifted = many.map((row, at): Row => [...row.slice(0, 5), `p${(at + 1) % 2500}`, "'", '1.00']);
      bring(
        local,
        files,
        shifted.map((cells): Arrival => ({ table: name, cells })),
      );
      const { tables, held } = applyTo(local, files);
      assert.deepEqual(tables, [{ table: name, inserted: 500, updated: 2000, deleted: 0, held: 0 }]);
      assert.deepEqual(held, []);
      const all = (path: string): unknown[][] =>
        query(
          path,
          `SELECT "rowid", oid, "_rowid_", "_syncline_state", "_syncline_place", place, "it's", "select"
           FROM "a ""quoted"" täble 😀" ORDER BY _syncline_place DESC`,
        );
      const expected = shifted.map((row) => row.map((cell) => (cell === bytes ? Buffer.from(bytes) : cell)));
      assert.deepEqual(all(files.localPath), expected);
      local.advanceBase(files.basePath, files.incomingPath, files.tables);
      assert.deepEqual(all(files.basePath), expected);
    });

    it('keep integers and storage classes as they are', () => {
      const values = table(
        'v',
        { id: required(type.bigint), f: type.double, n: type.numeric, b: type.bytea },
        { key: ['id'] },
      );
      const ids = [-(2n ** 63n), 0n, 2n ** 53n + 1n, 2n ** 63n - 1n];
      const files = syncedFiles(local, folder(), [
        { table: values, rows: ids.map((id): Row => [id, 1, '1.10', null]) },
      ]);
      const after = ids.map((id): Row => [id, 0.1, '12345678901234567890.12', new Uint8Array([0])]);
      bring(local, files, [
        ...after.map((cells): Arrival => ({ table: 'v', cells })),
        { table: 'v', cells: [1n, Infinity, 'NaN', null] },
      ]);
      applyTo(local, files);
      const shown = 'SELECT id, typeof(f), f, typeof(n), n, typeof(b) FROM v WHERE id <> 1 ORDER BY id';
      assert.deepEqual(
        query(files.localPath, shown),
        ids.map((id) => [id, 'real', 0.1, 'text', '12345678901234567890.12', 'blob']),
      );
    });
  });

  describe('that cannot be applied', () => {
    /** Expects a refusal that leaves the local file and the base as they were, and no transaction open. */
    async function expectRefusal(
      files: SyncedFiles,
      code: SynclineError['code'],
      work: () => unknown,
    ): Promise<SynclineError> {
      const before = [bytesOf(files.localPath), dump(files.localPath), dump(files.basePath)];
      const error = await expectError(code, () => {
        try {
          return work();
        } catch (thrown) {
          throw toSynclineError(thrown);
        }
      });
      assert.deepEqual([bytesOf(files.localPath), dump(files.localPath), dump(files.basePath)], before);
      execute(files.localPath, 'BEGIN EXCLUSIVE; ROLLBACK');
      return error;
    }

    it('because production’s rows refer to nothing, change nothing', async () => {
      const files = blog();
      bring(local, files, [
        { table: 'users', cells: [4n, 'd@x', 'Dan'] },
        { table: 'posts', cells: ['news', 9n, 99n, 'nobody’s'] },
      ]);
      const error = await expectRefusal(files, 'FOREIGN_KEY_VIOLATIONS', () => applyTo(local, files));
      assert.match(error.message, /posts to users \(1\)/);
    });

    it('because production’s rows lose what they refer to, change nothing', async () => {
      const files = blog();
      bring(local, files, [
        { table: 'users', gone: [1n] },
        { table: 'users', cells: [2n, 'b@x', 'Bob!'] },
      ]);
      await expectRefusal(files, 'FOREIGN_KEY_VIOLATIONS', () => applyTo(local, files));
    });

    it('because one of them breaks a check by itself, change nothing and name it', async () => {
      const aged = table(
        'aged',
        { id: required(type.int), age: type.int },
        { key: ['id'], checks: [{ name: 'grown', expression: 'age > 17' }] },
      );
      const files = syncedFiles(local, folder(), [{ table: aged, rows: [[1n, 20n]] }]);
      for (const id of [1n, 2n]) {
        bring(local, files, [{ table: 'aged', cells: [id, 3n] }]);
        const error = await expectRefusal(files, 'CONSTRAINT_VIOLATION', () => applyTo(local, files));
        assert.match(error.message, /grown/);
        assert.doesNotMatch(error.message, /3/);
      }
    });

    it('because the local table was altered, change nothing and say so', async () => {
      for (const alter of ['ALTER TABLE posts ADD COLUMN mine', 'DROP TABLE posts']) {
        const files = blog();
        execute(files.localPath, alter);
        bring(local, files, [{ table: 'posts', gone: ['news', 2n] }]);
        const error = await expectRefusal(files, 'FULL_PULL_NEEDED', () => applyTo(local, files));
        assert.match(error.message, /posts/);
      }
    });

    it('because another program writes, change nothing, and can be applied afterwards', async () => {
      const files = blog();
      bring(local, files, [{ table: 'users', cells: [1n, 'a@x', 'new'] }]);
      const other = new Database(files.localPath);
      other.exec('BEGIN IMMEDIATE');
      await expectError('LOCAL_LOCKED', () => applyTo(impatient, files));
      other.exec('ROLLBACK');
      other.close();
      assert.equal(applyTo(local, files).tables[0]?.updated, 1);
    });

    it('because they were cancelled, or the ledger failed, change nothing', async () => {
      const files = blog();
      bring(local, files, [{ table: 'users', cells: [1n, 'a@x', 'new'] }]);
      await expectRefusal(files, 'CANCELLED', () => applyTo(local, files, { signal: AbortSignal.abort() }));
      const failing = (): never => {
        throw new SynclineError('DISK_FULL', 'The ledger is full.');
      };
      await expectRefusal(files, 'DISK_FULL', () => applyTo(local, files, { beforeCommit: failing }));
    });

    it('can be applied again, with the same rows held', async () => {
      const files = blog();
      execute(
        files.localPath,
        'PRAGMA foreign_keys = OFF',
        `UPDATE users SET name = 'local' WHERE id = 1`,
        'DELETE FROM users WHERE id = 2',
      );
      bring(local, files, [
        { table: 'users', cells: [1n, 'a@x', 'production'] },
        { table: 'posts', cells: ['news', 5n, 2n, 'five'] },
        { table: 'users', cells: [3n, 'c@x', 'Cyd'] },
      ]);
      const failing = (): never => {
        throw new SynclineError('DISK_FULL', 'The ledger is full.');
      };
      await expectRefusal(files, 'DISK_FULL', () => applyTo(local, files, { beforeCommit: failing }));
      execute(files.localPath, `UPDATE users SET name = 'Ada' WHERE id = 1`);
      const { held } = applyTo(local, files);
      assert.deepEqual(
        held.map((row) => row.key),
        [['news', 5n]],
      );
      local.advanceBase(files.basePath, files.incomingPath, files.tables);
      assert.deepEqual(query(files.basePath, 'SELECT name FROM users ORDER BY id'), [
        ['production'],
        ['Bob'],
        ['Cyd'],
      ]);
    });
  });

  for (const mode of ['DELETE', 'WAL']) {
    it(`keep which rows are held through a crash right after the commit, in ${mode} mode`, () => {
      const files = blog();
      execute(
        files.localPath,
        `PRAGMA journal_mode = ${mode}`,
        `UPDATE users SET name = 'local' WHERE id = 1`,
      );
      bring(local, files, [
        { table: 'users', cells: [1n, 'a@x', 'production'] },
        { table: 'users', cells: [2n, 'b@x', 'Bob!'] },
      ]);
      // What is on the disk when the local file is committed: the incoming file has no journal to roll back any more.
      let journals: boolean | undefined;
      applyTo(local, files, {
        beforeCommit: () => {
          journals = ['-journal', '-wal'].some((suffix) => existsSync(files.incomingPath + suffix));
        },
      });
      assert.equal(journals, false);
      local.advanceBase(files.basePath, files.incomingPath, files.tables);
      assert.deepEqual(query(files.basePath, 'SELECT name FROM users ORDER BY id'), [
        ['Ada'],
        ['Bob!'],
        [null],
      ]);
    });
  }

  it('look rows up by their keys only, however big the tables are', async () => {
    const plans: string[] = [];
    const driver = await loadSqliteDriver();
    const explaining = sqliteLocalDatabase({
      open(path, options) {
        const connection = driver.open(path, options);
        const explain = (sql: string): void => {
          if (!/^\s*(?:SELECT|INSERT|UPDATE|DELETE)/i.test(sql)) return;
          for (const part of sql.split(';\n')) {
            const parameters = new Array<null>(part.split('?').length - 1).fill(null);
            const rows = connection
              .prepare<null[], { detail: string }>(`EXPLAIN QUERY PLAN ${part}`)
              .all(...parameters);
            plans.push(...rows.map(({ detail }) => `${basename(path)}: ${detail}`));
          }
        };
        return new Proxy(connection, {
          get(target, property) {
            const value: unknown = Reflect.get(target, property, target);
            if (typeof value !== 'function') return value;
            return (...parameters: unknown[]): unknown => {
              if (property === 'prepare' || property === 'exec') explain(String(parameters[0]));
              return (value as (...all: unknown[]) => unknown).apply(target, parameters);
            };
          },
        });
      },
    });
    const count = 20_000;
    const users = Array.from({ length: count }, (_, at): Row => [BigInt(at), `${at}@x`, null]);
    const posts = Array.from({ length: count }, (_, at): Row => [`b${at % 9}`, BigInt(at), BigInt(at), 't']);
    const files = syncedFiles(local, folder(), [
      { table: USERS, rows: users },
      { table: POSTS, rows: posts },
    ]);
    bring(local, files, [
      { table: 'users', cells: [1n, '2@x', 'swapped'] },
      { table: 'users', cells: [2n, '1@x', 'swapped'] },
      { table: 'users', cells: [90_001n, 'new@x', null] },
      { table: 'posts', cells: ['b3', 3n, 90_001n, 't'] },
      { table: 'posts', gone: ['b5', 5n] },
      { table: 'users', gone: [5n] },
    ]);
    assert.deepEqual(
      applyTo(explaining, files).tables.map(({ inserted, updated, deleted }) => [inserted, updated, deleted]),
      [
        [1, 2, 1],
        [0, 1, 1],
      ],
    );
    explaining.advanceBase(files.basePath, files.incomingPath, files.tables);
    assert.ok(
      plans.some((plan) => /^incoming.db: SEARCH base.posts USING .*\(blog=\? AND no=\?\)/.test(plan)),
    );
    assert.ok(plans.some((plan) => /^base.db: SEARCH main.posts USING .*\(blog=\? AND no=\?\)/.test(plan)));
    // What is read from end to end is as small as the change: the incoming rows, and the temporary tables.
    const small = /^incoming.db: SCAN main|SCAN (?:temp|incoming)\.|SCAN main.sqlite_schema|VIRTUAL TABLE/;
    assert.deepEqual(
      plans.filter((plan) => plan.includes('AUTOMATIC')),
      [],
    );
    const scans = plans.filter((plan) => plan.includes('SCAN') && !small.test(plan));
    assert.deepEqual([...new Set(scans)], ['dev.db: SCAN n', 'dev.db: SCAN t']);
  });
});
