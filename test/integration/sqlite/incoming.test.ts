import assert from 'node:assert/strict';
import type { LocalDatabase } from '../../../src/core/local-ports.ts';
import type { Row } from '../../../src/core/values/cell.ts';
import { loadSqliteDriver } from '../../../src/databases/sqlite/driver.ts';
import { sqliteLocalDatabase } from '../../../src/databases/sqlite/local-database.ts';
import { required, table, type } from '../../support/catalog.ts';
import { execute, query } from '../../support/sqlite-files.ts';
import { applyTo, bring, syncedFiles, type Arrival, type SyncedFiles } from '../../support/synced-files.ts';
import { temporaryFolders } from '../../support/temporary-folder.ts';
import { blogFiles, USER_ROWS, USER_LIST, POST_LIST } from './blog-files.ts';

describe('incoming rows', () => {
  const folder = temporaryFolders();
  let local: LocalDatabase;
  before(async () => {
    local = sqliteLocalDatabase(await loadSqliteDriver());
  });
  const blog = (): SyncedFiles => blogFiles(local, folder());

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
});
