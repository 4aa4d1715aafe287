import assert from 'node:assert/strict';
import { SynclineError } from '../../../src/core/errors.ts';
import type { Production, ProductionSnapshot, RowBatch } from '../../../src/core/ports.ts';
import type { Catalog, Table } from '../../../src/core/schema/model.ts';
import { findTable } from '../../../src/core/schema/model.ts';
import type { PostgresTextRow } from '../../../src/core/values/cell.ts';
import type { ContractDatabase } from './contract-database.ts';
import { rowTest } from '../../../src/core/rows/row-test.ts';
import { CONDITION_EXAMPLES } from './condition-examples.ts';
import { createContractDatabase } from './contract-database.ts';

/** An adapter under test, over a database that the contract made. */
export interface ContractSubject {
  /** As someone who sees all rows. */
  open(): Production;
  /** As someone whom row level security binds. */
  openLimited(): Production;
  /** What a reading of `forbidden` says. */
  readonly consistent: boolean;
  stop(): Promise<void>;
}

const SCHEMAS = ['public'];

/** Everything that the engine relies on, whichever way production is reached. */
export function productionContract(
  name: string,
  start: (database: ContractDatabase) => Promise<ContractSubject>,
): void {
  describe(`production through ${name}`, function () {
    this.timeout(60_000);
    let database: ContractDatabase;
    let subject: ContractSubject;
    let production: Production;
    let snapshot: ProductionSnapshot;
    let catalog: Catalog;
    const { signal } = new AbortController();

    before(async () => {
      database = await createContractDatabase();
      subject = await start(database);
      production = subject.open();
      snapshot = await production.openSnapshot(signal);
      catalog = await snapshot.catalog(signal);
    });

    after(async () => {
      await production.close();
      await subject.stop();
      await database.stop();
    });

    const tableOf = (key: string): Table => {
      const table = findTable(catalog, key);
      assert.ok(table, `${key} is missing`);
      return table;
    };

    async function batchesOf(table: Table, limit?: number): Promise<RowBatch[]> {
      const columns = table.columns.map((column) => column.name);
      const batches: RowBatch[] = [];
      const request = { table, columns, signal, ...(limit !== undefined && { limit }) };
      for await (const batch of snapshot.readRows(request)) batches.push(batch);
      return batches;
    }

    async function rowsOf(table: Table, limit?: number): Promise<PostgresTextRow[]> {
      return (await batchesOf(table, limit)).flatMap((batch) => batch.rows);
    }

    it('says who reads, what is possible, and that nothing is hidden', async () => {
      const probe = await production.probe(signal);
      assert.equal(probe.seesAllRows, true);
      assert.ok(probe.capabilities.includes('catalog'));
      assert.ok(!probe.capabilities.includes('kit'), 'the description of the catalog alone is not the kit');
      assert.match(probe.serverVersion ?? '', /^PostgreSQL \d+/);
      assert.ok(probe.latencyMilliseconds >= 0);
      assert.equal(snapshot.consistent, subject.consistent);
      assert.notEqual(snapshot.id, '');
    });

    it('says that rows are hidden from someone whom row level security binds', async () => {
      const limited = subject.openLimited();
      assert.equal((await limited.probe(signal)).seesAllRows, false);
      await limited.close();
    });

    it('describes every table of the schema, and nothing else', () => {
      assert.equal(catalog.completeness, 'full');
      assert.deepEqual(
        catalog.tables.map((table) => `${table.name.schema}.${table.name.name}`),
        [
          'children',
          'composite',
          'empty',
          'exotic',
          'flags',
          'forbidden',
          'kinds',
          'many',
          'nokey',
          'order',
          'parents',
          'parted',
          'secrets',
          'shards',
          'splinters',
          'texts',
          'we.ird, "table" (🙂)/%20?#',
          'wide',
        ].map((table) => `public.${table}`),
      );
    });

    it('describes keys, checks and indexes', () => {
      const parents = tableOf('parents');
      assert.deepEqual(parents.primaryKey, { name: 'parents_pkey', columns: ['y', 'x'] });
      assert.deepEqual(parents.uniques, [
        { name: 'parents_label_x_key', columns: ['label', 'x'], nullsNotDistinct: true },
      ]);
      assert.deepEqual(parents.checks, [{ name: 'odd name', expression: '(x > 0) OR (y > 0)' }]);
      assert.deepEqual(parents.indexes, [
        {
          name: 'parents_lower_idx',
          unique: true,
          method: 'btree',
          keys: [{ expression: 'lower(label)' }],
          predicate: '(y > 0)',
        },
      ]);
      const children = tableOf('children');
      assert.deepEqual(children.checks, [{ name: 'later', expression: 'id > 0', notValid: true }]);
      assert.deepEqual(children.foreignKeys, [
        {
          name: 'children_boss_fkey',
          columns: ['boss'],
          references: { table: { schema: 'public', name: 'children' }, columns: ['id'] },
          onDelete: 'no action',
          onUpdate: 'no action',
        },
        {
          name: 'children_px_py_fkey',
          columns: ['px', 'py'],
          references: { table: { schema: 'public', name: 'parents' }, columns: ['x', 'y'] },
          onDelete: 'set null',
          onUpdate: 'cascade',
        },
      ]);
      assert.deepEqual(parents.foreignKeys[0]?.references.table, { schema: 'auth', name: 'users' });
      // Postgres keeps a copy of this one for every partition.
      assert.equal(tableOf('splinters').foreignKeys.length, 1);
      assert.equal(tableOf('secrets').rowSecurity, true);
      assert.equal(tableOf('nokey').primaryKey, undefined);
      assert.equal(tableOf('many').estimatedRows, 5000);
    });

    it('describes columns', () => {
      const kinds = tableOf('kinds');
      const column = (columnName: string) => kinds.columns.find((each) => each.name === columnName);
      assert.deepEqual(column('p'), {
        name: 'p',
        type: { kind: 'integer', bits: 32 },
        postgresType: 'public.percent',
        domain: 'percent',
        nullable: true,
        defaultExpression: '50',
      });
      assert.equal(column('fl')?.nullable, false);
      assert.deepEqual(column('nn')?.type, { kind: 'numeric', precision: 5, scale: -2 });
      assert.deepEqual(column('ea')?.type, {
        kind: 'array',
        element: { kind: 'enum', name: 'mood', values: ['sad', 'ok', "ha'ppy"] },
      });
      assert.equal(column('twice')?.generatedExpression, '(id * 2)');
      assert.equal(column('n')?.comment, 'numbers');
      assert.equal(kinds.comment, 'every "kind"');
      assert.deepEqual(kinds.checks, [
        { name: 'p_percent_check', expression: '("p" >= 0) AND ("p" <= 100)' },
      ]);
      assert.equal(tableOf('order').columns[0]?.identity, 'always');
      assert.equal(tableOf('order').columns[1]?.defaultExpression, "'it''s'::text");
    });

    const keyed = [
      'kinds',
      'order',
      'we.ird, "table" (🙂)/%20?#',
      'composite',
      'texts',
      'flags',
      'exotic',
      'many',
      'wide',
      'empty',
      'secrets',
      'parents',
    ];
    for (const key of keyed) {
      it(`reads ${key} in the order of its key, cell for cell`, async () => {
        const table = tableOf(key);
        const names = table.columns.map((column) => column.name);
        const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;
        const order = table.primaryKey!.columns.map((column) => `t.${quoted(column)}`).join(', ');
        const expected = await database.expectedRows(
          `public.${quoted(table.name.name)}`,
          names,
          `order by ${order}`,
        );
        const rows = await rowsOf(table);
        assert.deepEqual(rows, expected);
        assert.equal(await snapshot.countRows(table, signal), expected.length);
      });
    }

    for (const key of ['nokey', 'parted']) {
      it(`reads ${key}, which has no key, completely`, async () => {
        const table = tableOf(key);
        const names = table.columns.map((column) => column.name);
        const expected = await database.expectedRows(`public.${key}`, names, '');
        const text = (row: PostgresTextRow): string => JSON.stringify(row);
        assert.deepEqual((await rowsOf(table)).map(text).sort(), expected.map(text).sort());
      });
    }

    it('reads the columns that are asked for, in the order asked for', async () => {
      const table = tableOf('composite');
      const rows: PostgresTextRow[] = [];
      for await (const batch of snapshot.readRows({ table, columns: ['note', 'a'], signal }))
        rows.push(...batch.rows);
      const expected = await database.expectedRows('public.composite', ['note', 'a'], 'order by b, a, c');
      assert.deepEqual(rows, expected);
    });

    it('reads as many rows as the limit', async () => {
      for (const limit of [0, 1, 1000, 1001, 6000]) {
        const rows = await rowsOf(tableOf('many'), limit);
        assert.equal(rows.length, Math.min(limit, 5000));
        assert.deepEqual(rows[0], limit === 0 ? undefined : ['3', 'row 1']);
      }
    });

    it('delivers batches of bounded size and counts their bytes', async () => {
      for (const batch of await batchesOf(tableOf('wide'))) {
        assert.ok(batch.bytes >= batch.rows.length * 100_000, 'every body has 100,000 bytes');
        assert.ok(batch.bytes < 3_500_000);
      }
      for (const batch of await batchesOf(tableOf('many'))) assert.ok(batch.rows.length <= 4000);
    });

    it('goes on after an iteration that ended early', async () => {
      const table = tableOf('many');
      const columns = ['id'];
      for await (const batch of snapshot.readRows({ table, columns, signal })) {
        assert.ok(batch.rows.length > 0);
        break;
      }
      assert.equal((await rowsOf(table)).length, 5000);
    });

    it('lets readings overlap', async () => {
      const slow = snapshot
        .readRows({ table: tableOf('wide'), columns: ['id'], signal })
        [Symbol.asyncIterator]();
      await slow.next();
      assert.equal(await snapshot.countRows(tableOf('many'), signal), 5000);
      assert.equal((await rowsOf(tableOf('texts'))).length > 0, true);
      await slow.return!();
    });

    it('ends with CANCELLED when the signal fires, and goes on with another signal', async () => {
      const abort = new AbortController();
      const table = tableOf('wide');
      const reading = async (): Promise<void> => {
        const request = { table, columns: ['id', 'body'], signal: abort.signal };
        for await (const batch of snapshot.readRows(request)) {
          assert.ok(batch.rows.length > 0);
          abort.abort();
        }
      };
      await assert.rejects(reading(), { code: 'CANCELLED' });
      await assert.rejects(snapshot.countRows(table, abort.signal), { code: 'CANCELLED' });
      await assert.rejects(production.openSnapshot(abort.signal), { code: 'CANCELLED' });
      await assert.rejects(production.probe(abort.signal), { code: 'CANCELLED' });
      assert.equal((await rowsOf(table)).length, 25);
    });

    for (const { table: key, where, expected } of CONDITION_EXAMPLES) {
      it(`reads and counts the rows of ${key} that meet ${JSON.stringify(where)}`, async () => {
        const table = tableOf(key);
        const names = table.columns.map((column) => column.name);
        const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;
        const order = (table.primaryKey?.columns ?? names).map((column) => `t.${quoted(column)}`).join(', ');
        const wanted = await database.expectedRows(
          `public.${quoted(table.name.name)}`,
          names,
          `where ${expected} order by ${order}`,
        );
        const rows: PostgresTextRow[] = [];
        for await (const batch of snapshot.readRows({ table, columns: names, where, signal }))
          rows.push(...batch.rows);
        const inOrder = (all: readonly PostgresTextRow[]): unknown =>
          table.primaryKey === undefined ? all.map((row) => JSON.stringify(row)).sort() : all;
        assert.deepEqual(inOrder(rows), inOrder(wanted));
        assert.equal(await snapshot.countRows(table, signal, where), wanted.length);
        assert.deepEqual(
          inOrder((await rowsOf(table)).filter(rowTest(table.columns, where))),
          inOrder(wanted),
        );
        assert.ok(expected === 'false' || wanted.length > 0, 'the example says something');
      });
    }

    it('reads as many rows that meet a condition as the limit', async () => {
      const table = tableOf('many');
      const where = [{ column: 'id', is: 'greater', value: '9000' } as const];
      const ids: unknown[] = [];
      for await (const batch of snapshot.readRows({ table, columns: ['id'], where, limit: 1500, signal }))
        ids.push(...batch.rows.flat());
      assert.deepEqual([ids.length, ids[0], ids.at(-1)], [1500, '9003', '13500']);
    });

    it('names the table that may not be read', async () => {
      const limited = subject.openLimited();
      const reading = await limited.openSnapshot(signal);
      const table = tableOf('forbidden');
      const read = async (): Promise<void> => {
        for await (const batch of reading.readRows({ table, columns: ['id'], signal }))
          assert.fail(String(batch.rows.length));
      };
      for (const attempt of [read(), reading.countRows(table, signal)]) {
        await assert.rejects(attempt, (error) => {
          assert.ok(error instanceof SynclineError);
          assert.equal(error.code, 'REMOTE_FORBIDDEN');
          assert.equal(error.details['table'], 'forbidden');
          assert.match(error.message, /forbidden/);
          return true;
        });
      }
      await limited.close();
    });

    it('says that the target changed when a table or column is gone', async () => {
      const gone: Table = { ...tableOf('texts'), name: { schema: 'public', name: 'gone' } };
      const altered = tableOf('texts');
      const read = async (table: Table, column: string): Promise<void> => {
        for await (const batch of snapshot.readRows({ table, columns: [column], signal }))
          assert.fail(String(batch.rows.length));
      };
      await assert.rejects(read(gone, 'k'), { code: 'REMOTE_CHANGED' });
      await assert.rejects(read(altered, 'gone'), { code: 'REMOTE_CHANGED' });
      await assert.rejects(snapshot.countRows(gone, signal), { code: 'REMOTE_CHANGED' });
      assert.equal(await snapshot.countRows(altered, signal), 37);
    });
  });
}

export { SCHEMAS as CONTRACT_SCHEMAS };
