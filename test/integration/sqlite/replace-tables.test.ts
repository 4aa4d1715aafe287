import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { LocalDatabase } from '../../../src/core/local-ports.ts';
import { loadSqliteDriver } from '../../../src/databases/sqlite/driver.ts';
import { sqliteLocalDatabase } from '../../../src/databases/sqlite/local-database.ts';
import { index, required, table, type } from '../../support/catalog.ts';
import { expectError } from '../../support/expect-error.ts';
import { bytesOf, execute, query } from '../../support/sqlite-files.ts';
import { switchToRows, type StagedTable } from '../../support/staged.ts';
import { temporaryFolders } from '../../support/temporary-folder.ts';

const USERS = table(
  'users',
  { id: required(type.bigint), name: required(type.text), boss: type.bigint },
  {
    key: ['id'],
    references: [{ columns: ['boss'], table: 'users', to: ['id'] }],
    indexes: [index('users_by_name', ['name'])],
  },
);

function users(...names: readonly string[]): StagedTable {
  return { table: USERS, rows: names.map((name, at) => [BigInt(at + 1), name, at === 0 ? null : 1n]) };
}

describe('replacing the tables of the local database', () => {
  const folder = temporaryFolders();
  let local: LocalDatabase;
  before(async () => {
    local = sqliteLocalDatabase(await loadSqliteDriver());
  });

  it('refuses a view in the place of a table', async () => {
    const path = join(folder(), 'dev.db');
    execute(path, 'CREATE TABLE people (name)', 'CREATE VIEW Users AS SELECT name FROM people');
    const before = bytesOf(path);
    const error = await expectError('CONSTRAINT_VIOLATION', () => switchToRows(local, path, [users('Ada')]));
    assert.match(error.message, /view in the place of table users/);
    assert.deepEqual(bytesOf(path), before);
  });

  it('takes the place of a table whose name differs by case', async () => {
    const path = join(folder(), 'dev.db');
    execute(path, 'CREATE TABLE USERS (a)', 'CREATE TRIGGER Users AFTER INSERT ON USERS BEGIN SELECT 1; END');
    await switchToRows(local, path, [users('Ada')]);
    assert.deepEqual(query(path, `SELECT type, name FROM sqlite_schema ORDER BY type, name`), [
      ['index', 'users_by_name'],
      ['table', 'users'],
      ['trigger', 'Users'],
    ]);
  });

  it('says which indexes and triggers no longer fit, and goes on without them', async () => {
    const path = join(folder(), 'dev.db');
    execute(
      path,
      'CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT, nick TEXT)',
      'CREATE UNIQUE INDEX one_name ON users (name)',
      'CREATE INDEX by_nick ON users (nick)',
    );
    const { dropped } = await switchToRows(local, path, [users('Ada', 'Ada')]);
    assert.deepEqual([...dropped].sort(), ['index by_nick', 'index one_name']);
    assert.equal(query(path, 'SELECT * FROM users').length, 2);
  });

  it("drops an earlier pull's indexes that production has no more, and moves those that moved", async () => {
    const path = join(folder(), 'dev.db');
    const columns = { id: required(type.int), name: type.text };
    const first = table('a', columns, {
      key: ['id'],
      indexes: [index('i', ['name']), index('gone', ['name'])],
    });
    const second = table('b', columns, { key: ['id'], indexes: [index('j', ['name'])] });
    const rows = [[1n, 'x']];
    await switchToRows(local, path, [
      { table: first, rows },
      { table: second, rows },
    ]);
    const { dropped } = await switchToRows(
      local,
      path,
      [
        { table: { ...first, indexes: second.indexes }, rows },
        { table: { ...second, indexes: [index('i', ['name'])] }, rows },
      ],
      { formerIndexes: ['i', 'gone', 'j'] },
    );
    assert.deepEqual(dropped, []);
    assert.deepEqual(
      query(
        path,
        `SELECT name, tbl_name FROM sqlite_schema WHERE type = 'index' AND sql NOT NULL ORDER BY name`,
      ),
      [
        ['i', 'b'],
        ['j', 'a'],
      ],
    );
  });

  it('says so when a name of an index is taken by something of the user’s', async () => {
    const path = join(folder(), 'dev.db');
    execute(path, 'CREATE TABLE mine (a)', 'CREATE INDEX Users_By_Name ON mine (a)');
    const before = bytesOf(path);
    const error = await expectError('CONSTRAINT_VIOLATION', () => switchToRows(local, path, [users('Ada')]));
    assert.match(error.message, /users_by_name of users.*an index of that name on mine/);
    assert.deepEqual(bytesOf(path), before);
  });

  it('copies any name that SQLite allows, and every rowid', async () => {
    const path = join(folder(), 'dev.db');
    const nasty = table(
      'a "quoted" täble 😀 [x] `y`',
      { rowid: required(type.text), oid: type.text, _rowid_: type.text, "it's": type.text, select: type.int },
      { key: ['rowid'], indexes: [index('an "index" 😀', ["it's", 'select'])] },
    );
    const edges = table('edges', { id: required(type.bigint) }, { key: ['id'] });
    const ids = [-(2n ** 63n), -1n, 0n, 2n ** 53n + 1n, 2n ** 63n - 1n];
    await switchToRows(local, path, [
      {
        table: nasty,
        rows: [
          ['b', 'c', null, '😀"\u0001', 1n],
          ['a', null, '', "'; DROP TABLE x", null],
        ],
      },
      { table: edges, rows: ids.map((id) => [id]) },
    ]);
    assert.deepEqual(query(path, `SELECT * FROM "a ""quoted"" täble 😀 [x] \`y\`"`), [
      ['b', 'c', null, '😀"\u0001', 1n],
      ['a', null, '', "'; DROP TABLE x", null],
    ]);
    assert.deepEqual(
      query(path, 'SELECT id FROM edges'),
      ids.map((id) => [id]),
    );
  });

  it('keeps every storage class and value', async () => {
    const path = join(folder(), 'dev.db');
    const values = table(
      'v',
      { id: required(type.int), f: type.double, n: type.numeric, b: type.bytea, t: type.text, u: type.uuid },
      { key: ['id'] },
    );
    const rows = [
      [1n, 0.1, '1.10', new Uint8Array([0, 255]), '', '00000000-0000-0000-0000-000000000001'],
      [2n, -0, '12345678901234567890.12', new Uint8Array(), 'NULL', null],
      [3n, 'NaN', 'NaN', null, '1.0', null],
      [4n, Number.POSITIVE_INFINITY, '1e3', null, null, null],
      [5n, 5e-324, '-0', null, ' 12 ', null],
    ];
    await switchToRows(local, path, [{ table: values, rows }]);
    assert.deepEqual(query(path, 'SELECT typeof(f), quote(f), typeof(n), n, typeof(b), quote(b), t FROM v'), [
      ['real', '0.1', 'text', '1.10', 'blob', "X'00FF'", ''],
      ['real', '0.0', 'text', '12345678901234567890.12', 'blob', "X''", 'NULL'],
      ['text', "'NaN'", 'text', 'NaN', 'null', 'NULL', '1.0'],
      ['real', '9.0e+999', 'text', '1e3', 'null', 'NULL', null],
      ['real', '4.9406564584124654e-324', 'text', '-0', 'null', 'NULL', ' 12 '],
    ]);
  });
});
