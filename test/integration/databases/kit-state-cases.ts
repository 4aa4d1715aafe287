import assert from 'node:assert/strict';
import { DROP_CATALOG_FUNCTION_SQL } from '../../../src/databases/kit/catalog-function-sql.ts';
import { signal, type TrackedDatabase } from './tracked-database.ts';

/** How a kit becomes another than ours; installing it again mends each of them. */
const ALTERATIONS = {
  older: 'update syncline.meta set version = 0',
  newer: 'update syncline.meta set version = 999',
  restored: `update syncline.meta set origin = 'elsewhere'`,
  partial: 'drop function public.syncline_rows(text, text, text[], jsonb)',
} as const;

export function kitStateCases(database: TrackedDatabase, kit: boolean): void {
  const state = async (): Promise<string> => (await database.production().kitStatus(signal)).state;
  const isUsed = async (): Promise<boolean> => {
    const { capabilities } = await database.production().probe(signal);
    const used = await database.reading((snapshot) => Promise.resolve(snapshot.changeLog !== undefined));
    assert.equal(used, capabilities.includes('kit'));
    return used;
  };

  if (!kit) {
    it('knows a kit from before it had versions, and none at all', async () => {
      assert.equal(await state(), 'older');
      await database.sql(DROP_CATALOG_FUNCTION_SQL);
      assert.equal(await state(), 'absent');
      assert.equal(await isUsed(), false);
    });
    return;
  }

  it('says what the kit tracks, and that it is current', async () => {
    const status = await database.production().kitStatus(signal);
    assert.deepEqual(
      [status.state, status.installedVersion, status.missing],
      ['current', status.version, []],
    );
    assert.deepEqual(
      status.tables.find(({ table }) => table === 'notes'),
      { table: 'notes' },
    );
    assert.equal(
      status.tables.some(({ table }) => table === 'untracked' || table === 'nokey'),
      false,
    );
    assert.equal(typeof status.changeLogRows, 'number');
    assert.equal(status.stagedPushes, 0);
    await database.sql('alter table public.amounts disable trigger syncline_update');
    const broken = await database.production().kitStatus(signal);
    assert.deepEqual(
      broken.tables.find(({ table }) => table === 'amounts'),
      { table: 'amounts', cause: 'untracked' },
    );
    await database.install();
  });

  for (const [expected, sql] of Object.entries(ALTERATIONS)) {
    it(`does not use a kit that is ${expected}`, async () => {
      await database.sql(sql);
      try {
        assert.equal(await state(), expected);
        assert.equal(await isUsed(), false);
      } finally {
        if (expected === 'newer') await database.sql('update syncline.meta set version = 1');
        await database.install();
      }
      assert.equal(await state(), 'current');
      assert.equal(await isUsed(), true);
    });
  }

  it('does not use a kit whose tables are gone', async () => {
    await database.sql('drop table syncline.changes cascade');
    assert.equal(await state(), 'partial');
    assert.equal(await isUsed(), false);
    await database.sql('drop schema syncline cascade');
    assert.equal(await state(), 'partial');
    assert.equal(await isUsed(), false);
  });
}
