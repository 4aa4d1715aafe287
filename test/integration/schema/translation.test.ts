/** Translated checks against a real Postgres: what production accepts, the local table accepts. */
import assert from 'node:assert/strict';
import { PGlite } from '@electric-sql/pglite';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import { parseCatalogDocument } from '../../../src/core/schema/catalog-document.ts';
import { translateCheck, translatePredicate } from '../../../src/core/schema/local-expression.ts';
import { localSchemaOf, type LocalTable } from '../../../src/core/schema/local-schema.ts';
import type { Catalog } from '../../../src/core/schema/model.ts';
import { codecFor } from '../../../src/core/values/codec.ts';
import { CATALOG_SQL } from '../../../src/databases/kit/catalog-sql.ts';
import { checkExpressions, COLUMNS } from './check-corpus.ts';

const ROWS = 300;
const CHECKS = 1500;
const SEED = 20_240_229;

const quote = (name: string) => `"${name.replaceAll('"', '""')}"`;

describe('translated expressions against Postgres', function () {
  this.timeout(180_000);
  let production: PGlite;
  let local: Database.Database;
  let table: LocalTable;
  /** Of each check: its number, and production's answer for each row: 't', 'f' or null. */
  const answers = new Map<string, readonly (string | null)[]>();

  before(async () => {
    production = await PGlite.create();
    const columns = COLUMNS.map(({ name, type }) => `${quote(name)} ${type}`).join(', ');
    await production.exec(
      `create type mood as enum ('sad', 'ok', 'it''s'); create table t (id int primary key, ${columns})`,
    );
    await addChecks(production, fc.sample(checkExpressions, { numRuns: CHECKS, seed: SEED }));
    const catalog = await readCatalog(production);
    const checks = catalog.tables[0]?.checks ?? [];
    await production.exec(checks.map(({ name }) => `alter table t drop constraint ${quote(name)}`).join(';'));
    await fill(production);
    for (const { name, expression } of checks) {
      try {
        const answer = await production.query<{ answer: string | null }>(
          `select case when (${expression}) then 't' when not (${expression}) then 'f' end as answer from t order by id`,
        );
        answers.set(
          expression,
          answer.rows.map((row) => row.answer),
        );
      } catch {
        // Postgres fails on some row of it (an overflow): no table holds such rows.
        assert.ok(name);
      }
    }
    const withoutChecks = await readCatalog(production);
    const [localTable] = localSchemaOf(withoutChecks, { tables: ['t'] }).tables;
    assert.ok(localTable !== undefined);
    table = localTable;
    local = await copyRows(production, table);
  });

  after(async () => {
    local.close();
    await production.close();
  });

  const answerOf = (sql: string) =>
    local.prepare<[], bigint | null>(`select (${sql}) from t order by id`).pluck().all();

  const columnByName = () => new Map(table.columns.map((column) => [column.source.name, column]));

  it('never refuses a row that production has', () => {
    let translated = 0;
    for (const [expression, expected] of answers) {
      const check = translateCheck(expression, { columnByName: columnByName() });
      if ('reason' in check) continue;
      translated++;
      for (const [row, answer] of answerOf(check.sql).entries()) {
        if (expected[row] === 'f') continue;
        assert.notEqual(answer, 0n, `row ${row} of ${expression} as ${check.sql}`);
      }
    }
    assert.ok(translated > answers.size / 3, `only ${translated} of ${answers.size} were translated`);
  });

  it('selects exactly the rows that production selects, in an index', () => {
    let translated = 0;
    for (const [expression, expected] of answers) {
      const predicate = translatePredicate(expression, { columnByName: columnByName() });
      if ('reason' in predicate) continue;
      translated++;
      const answer = answerOf(predicate.sql).map((value) =>
        value === null ? null : value === 0n ? 'f' : 't',
      );
      const row = answer.findIndex((value, index) => value !== expected[index]);
      assert.equal(row, -1, `row ${row} of ${expression} as ${predicate.sql}: ${String(expected[row])}`);
    }
    assert.ok(translated > answers.size / 4, `only ${translated} of ${answers.size} were translated`);
  });
});

/** Those that Postgres itself understands, in the form in which it prints them. */
async function addChecks(database: PGlite, expressions: readonly string[]): Promise<void> {
  await database.exec(`
    create function try_check(number int, expression text) returns void language plpgsql as $$
    begin
      execute format('alter table t add constraint %I check (%s) not valid', 'c' || number, expression);
    exception when others then null;
    end $$`);
  await database.query(
    'select try_check(number::int, expression) from json_array_elements_text($1::json) with ordinality as e(expression, number)',
    [JSON.stringify(expressions)],
  );
}

async function readCatalog(database: PGlite): Promise<Catalog> {
  await database.exec("set search_path = ''");
  const answer = await database.query<{ catalog: unknown }>(CATALOG_SQL, [null]);
  await database.exec('set search_path = public');
  return parseCatalogDocument(answer.rows[0]?.catalog);
}

async function fill(database: PGlite): Promise<void> {
  const row = fc.tuple(...COLUMNS.map(({ values }) => fc.constantFrom(...values)));
  const rows = fc.sample(row, { numRuns: ROWS, seed: SEED });
  const fields = COLUMNS.map(({ type }, index) => `(row ->> ${index})::${type}`).join(', ');
  await database.query(
    `insert into t select number, ${fields} from json_array_elements($1::json) with ordinality as r(row, number)`,
    [JSON.stringify(rows)],
  );
}

/** The local table with production's rows, without its type checks' company: in memory. */
async function copyRows(database: PGlite, table: LocalTable): Promise<Database.Database> {
  const local = new Database(':memory:');
  local.defaultSafeIntegers();
  local.exec(table.createSql);
  const codecs = table.columns.map((column) => codecFor(column.source.type));
  const printed = table.columns.map(({ source }) => `format('%s', ${quote(source.name)})`);
  const present = table.columns.map(({ source }) => `${quote(source.name)} is null`);
  const answer = await database.query<{ texts: string[]; absent: boolean[] }>(
    `select json_build_array(${printed.join(', ')}) as texts, json_build_array(${present.join(', ')}) as absent from t order by id`,
  );
  const insert = local.prepare(`insert into t values (${table.columns.map(() => '?').join(', ')})`);
  for (const { texts, absent } of answer.rows) {
    insert.run(
      texts.map((text, index) => (absent[index] === true ? null : codecs[index]!.decodePostgres(text))),
    );
  }
  return local;
}
