import assert from 'node:assert/strict';
import type { LocalDatabase } from '../../../src/core/local-ports.ts';
import type { Row } from '../../../src/core/values/cell.ts';
import { loadSqliteDriver } from '../../../src/databases/sqlite/driver.ts';
import { sqliteLocalDatabase } from '../../../src/databases/sqlite/local-database.ts';
import { required, table, type } from '../../support/catalog.ts';
import { dump, execute, query } from '../../support/sqlite-files.ts';
import { applyTo, bring, syncedFiles, type Arrival, type SyncedFiles } from '../../support/synced-files.ts';
import { temporaryFolders } from '../../support/temporary-folder.ts';
import { blogFiles, USERS, USER_LIST } from './blog-files.ts';

describe('incoming rows that meet local edits', () => {
  const folder = temporaryFolders();
  let local: LocalDatabase;
  before(async () => {
    local = sqliteLocalDatabase(await loadSqliteDriver());
  });
  const blog = (): SyncedFiles => blogFiles(local, folder());

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
