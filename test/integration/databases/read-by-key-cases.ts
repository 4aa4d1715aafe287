import assert from 'node:assert/strict';
import { columnsOf, keysOf, signal, sorted, type TrackedDatabase } from './tracked-database.ts';

export function readByKeyCases(database: TrackedDatabase): void {
  it('reads rows of every table by key, cell for cell as a whole reading does', async () => {
    for (const table of database.keyed()) {
      const rows = (await database.rows(table)).slice(0, 300);
      const keys = keysOf(table, rows).reverse();
      const found = await database.reading((snapshot) =>
        snapshot.readByKey({
          table,
          columns: columnsOf(table),
          keys: [...keys, ...keys.slice(0, 2)],
          signal,
        }),
      );
      assert.deepEqual(sorted(found), sorted(rows), table.name.name);
    }
  });

  it('reads thousands of keys, and leaves out those without a row', async () => {
    const table = database.table('many');
    const keys = Array.from({ length: 6000 }, (_, index) => [String(index * 2)]);
    const found = await database.reading((snapshot) =>
      snapshot.readByKey({ table, columns: ['body', 'id'], keys, signal }),
    );
    const expected = Array.from({ length: 1999 }, (_, index) => [
      `row ${2 * (index + 1)}`,
      `${6 * (index + 1)}`,
    ]);
    assert.deepEqual(sorted(found), sorted(expected));
  });

  it('reads nothing for no key, and for keys that no text of Postgres can be', async () => {
    const table = database.table('texts');
    for (const keys of [[], [['a\0']], [['\ud800'], ['\0']], [['no such key']]]) {
      const found = await database.reading((snapshot) =>
        snapshot.readByKey({ table, columns: ['k', 'n'], keys, signal }),
      );
      assert.deepEqual(found, []);
    }
  });

  it('takes the empty text for a key like any other', async () => {
    const found = await database.reading((snapshot) =>
      snapshot.readByKey({ table: database.table('texts'), columns: ['k'], keys: [['']], signal }),
    );
    assert.deepEqual(found, [['']]);
  });

  it('finds a key in another spelling of the same value', async () => {
    await database.sql(`insert into public.amounts values (1.50, 'x')`);
    const found = await database.reading((snapshot) =>
      snapshot.readByKey({ table: database.table('amounts'), columns: ['n', 'v'], keys: [['1.5']], signal }),
    );
    assert.deepEqual(found, [['1.50', 'x']]);
  });

  it('ends with CANCELLED, and says when a column is gone', async () => {
    const table = database.table('texts');
    await database.reading(async (snapshot) => {
      const gone = snapshot.readByKey({ table, columns: ['gone'], keys: [['a']], signal });
      await assert.rejects(gone, { code: 'REMOTE_CHANGED' });
      const ended = snapshot.readByKey({ table, columns: ['k'], keys: [['a']], signal: AbortSignal.abort() });
      await assert.rejects(ended, { code: 'CANCELLED' });
      assert.equal((await snapshot.readByKey({ table, columns: ['k'], keys: [['a']], signal })).length, 1);
    });
  });
}
