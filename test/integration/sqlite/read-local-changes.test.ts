import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import Database from 'better-sqlite3';
import type { LocalChangesReader } from '../../../src/core/local-changes-port.ts';
import type { LocalDatabase } from '../../../src/core/local-ports.ts';
import type { Row } from '../../../src/core/values/cell.ts';
import { changedRowsSql } from '../../../src/databases/sqlite/changed-rows-sql.ts';
import { loadSqliteDriver } from '../../../src/databases/sqlite/driver.ts';
import { sqliteLocalDatabase } from '../../../src/databases/sqlite/local-database.ts';
import { required, table, type } from '../../support/catalog.ts';
import { expectError } from '../../support/expect-error.ts';
import { bytesOf, execute } from '../../support/sqlite-files.ts';
import { syncedFiles, type SyncedFiles, type SyncedTable } from '../../support/synced-files.ts';
import { temporaryFolders } from '../../support/temporary-folder.ts';
import { EXAMPLES, KEYED, KEYED_ROWS, type Found } from './local-change-examples.ts';

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
});
