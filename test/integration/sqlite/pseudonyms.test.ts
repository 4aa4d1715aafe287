import assert from 'node:assert/strict';
import Database from 'better-sqlite3';
import type { LocalChangesReader } from '../../../src/core/local-changes-port.ts';
import type { LocalDatabase } from '../../../src/core/local-ports.ts';
import type { Row } from '../../../src/core/values/cell.ts';
import { loadSqliteDriver } from '../../../src/databases/sqlite/driver.ts';
import { sqliteLocalDatabase } from '../../../src/databases/sqlite/local-database.ts';
import { required, table, type } from '../../support/catalog.ts';
import { dump, query } from '../../support/sqlite-files.ts';
import { syncedFiles, type SyncedFiles, type SyncedTable } from '../../support/synced-files.ts';
import { temporaryFolders } from '../../support/temporary-folder.ts';

describe('pseudonyms are looked up', () => {
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

  it('in memory after many', () => {
    const files = synced({ table: people, rows, maskedColumns });
    local.indexPseudonyms(files.basePath, files.tables);
    const changes = open(files);
    for (let count = 0; count < 300; count += 1) {
      for (const [column, cell, is] of lookups) {
        assert.equal(changes.isPseudonym(files.tables[0]!, column, cell), is, `${column} ${String(cell)}`);
      }
    }
  });

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
