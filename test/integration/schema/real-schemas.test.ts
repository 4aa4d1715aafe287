/** Whole databases: their catalog read from a real Postgres, created in SQLite, filled with every row. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { PGlite } from '@electric-sql/pglite';
import Database from 'better-sqlite3';
import { parseCatalogDocument } from '../../../src/core/schema/catalog-document.ts';
import { quoteIdentifier } from '../../../src/core/schema/identifiers.ts';
import type { LocalSchema, LocalTable } from '../../../src/core/schema/local-schema.ts';
import { localSchemaOf } from '../../../src/core/schema/local-schema.ts';
import { tableKey } from '../../../src/core/schema/model.ts';
import { codecFor } from '../../../src/core/values/codec.ts';
import { CATALOG_SQL } from '../../../src/databases/kit/catalog-sql.ts';
import { assertCreatedAsModelled, createLocalSchema } from '../../support/local-tables.ts';
import { skip } from '../../support/skip.ts';

const shared = new URL('../../../../shared/data/', import.meta.url);

const DATABASES = [
  { name: 'Chinook', scripts: ['chinook/chinook_postgres.sql'], tables: 11, rows: 15_607 },
  {
    name: "PostgREST's recordings",
    scripts: ['postgrest/schema.sql', 'postgrest/rows.sql'],
    tables: 8,
    rows: 22,
  },
];

for (const { name, scripts, tables, rows } of DATABASES) {
  describe(`the local schema of ${name}`, function () {
    this.timeout(120_000);
    let production: PGlite;
    let schema: LocalSchema;
    const local = new Database(':memory:');
    local.defaultSafeIntegers();

    before(async function () {
      const files = scripts.map((script) => new URL(script, shared));
      if (!files.every((file) => existsSync(file))) skip(this, `${name} is not on this machine`);
      production = await PGlite.create();
      for (const file of files) await production.exec(withoutDatabaseCommands(readFileSync(file, 'utf8')));
      await production.exec("set search_path = ''");
      const answer = await production.query<{ catalog: unknown }>(CATALOG_SQL, [null]);
      const catalog = parseCatalogDocument(answer.rows[0]?.catalog);
      schema = localSchemaOf(catalog, { tables: catalog.tables.map((table) => tableKey(table.name)) });
      createLocalSchema(local, schema);
    });

    after(async () => {
      local.close();
      await production.close();
    });

    it('is created as modelled', () => {
      assert.equal(schema.tables.length, tables);
      for (const table of schema.tables) assertCreatedAsModelled(local, table);
    });

    it('takes every row, with all its constraints on, and gives each value back', async () => {
      local.pragma('foreign_keys = ON');
      let count = 0;
      local.exec('begin; pragma defer_foreign_keys = ON');
      for (const table of schema.tables) count += await copy(production, local, table);
      local.exec('commit');
      assert.equal(count, rows);
      assert.deepEqual(local.pragma('foreign_key_check'), []);
      assert.equal(local.pragma('integrity_check', { simple: true }), 'ok');
    });
  });
}

/** psql's own commands, and those that make the database itself. */
function withoutDatabaseCommands(sql: string): string {
  return sql.replace(/^(?:\\.*|(?:DROP|CREATE) DATABASE .*;)$/gm, '');
}

/** Copies a table and fails unless every cell, read back and encoded, is what production holds. */
async function copy(production: PGlite, local: Database.Database, table: LocalTable): Promise<number> {
  const codecs = table.columns.map((column) => codecFor(column.source.type));
  const names = table.columns.map(({ source }) => quoteIdentifier(source.name));
  const { schema, name } = table.source.name;
  const texts = names.map(
    (column) => `case when ${column} is not null then pg_catalog.format('%s', ${column}) end`,
  );
  const answer = await production.query<{ cells: (string | null)[] }>(
    `select pg_catalog.json_build_array(${texts.join(', ')}) as cells from ${quoteIdentifier(schema)}.${quoteIdentifier(name)}`,
  );
  const insert = local
    .prepare(
      `insert into ${quoteIdentifier(table.name)} values (${names.map(() => '?').join(', ')}) returning *`,
    )
    .raw();
  for (const { cells: printed } of answer.rows) {
    const cells = printed.map((text, index) => (text === null ? null : codecs[index]!.decodePostgres(text)));
    const stored = insert.get(...cells) as unknown[];
    assert.deepEqual(
      stored.map((cell) => (Buffer.isBuffer(cell) ? new Uint8Array(cell) : cell)),
      cells,
    );
  }
  return answer.rows.length;
}
