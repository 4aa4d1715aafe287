import assert from 'node:assert/strict';
import fc from 'fast-check';
import pg from 'pg';
import type { ChangeBatch, ChangeLog, TableColumns } from '../../../src/core/changes-port.ts';
import type { Production, ProductionSnapshot } from '../../../src/core/ports.ts';
import { parseCatalogDocument } from '../../../src/core/schema/catalog-document.ts';
import type { Table } from '../../../src/core/schema/model.ts';
import { findTable } from '../../../src/core/schema/model.ts';
import type { PostgresTextRow } from '../../../src/core/values/cell.ts';
import { CATALOG_SQL } from '../../../src/databases/kit/catalog-sql.ts';
import { kitMigration } from '../../../src/databases/kit/kit-migration.ts';
import { FAMILIES } from '../../support/postgres-texts.ts';
import type { ContractDatabase } from './contract-database.ts';
import { createContractDatabase } from './contract-database.ts';
import type { ContractSubject } from './production-contract.ts';

/** Tables that the tests of change tracking write to, beside those of the contract. */
const SCHEMA_SQL = `
create table public.notes (id bigint primary key, body text);
create table public.amounts (n numeric primary key, v text);
create table public."pairs ""🙂"", (a.b)" ("key, ""one""" text, "two.(2)" numeric, "v 🙂" text, primary key ("key, ""one""", "two.(2)"));
create table public.flagged (b boolean, c char(4), ip inet, v text, primary key (b, c, ip));
create table public.untracked (id int primary key);
grant select on public.notes, public.amounts, public."pairs ""🙂"", (a.b)", public.flagged, public.untracked to service_role;
`;

const SAMPLES = 12;

/** A row for each sample of each type, in columns of their own. */
async function fillWithEveryType(client: pg.Client): Promise<void> {
  const columns = FAMILIES.map(({ sql }, index) => `c${index} ${sql}`);
  await client.query(`create table public.every_type (id int generated always as identity primary key, ${columns.join(', ')});
    grant select on public.every_type to service_role`);
  for (const [index, { texts }] of FAMILIES.entries()) {
    for (const text of fc.sample(texts, { numRuns: SAMPLES, seed: index })) {
      // Some are refused by Postgres itself.
      await client
        .query(`insert into public.every_type (c${index}) values ($1)`, [text])
        .catch(() => undefined);
    }
  }
}

/** The contract's database with tables to write to, the kit when told, and an adapter over it. */
export interface TrackedDatabase {
  readonly production: () => Production;
  /** Runs statements as the owner. */
  sql(text: string, values?: unknown[]): Promise<void>;
  /** A session of its own, ended with the database. */
  connect(): Promise<pg.Client>;
  table(key: string): Table;
  /** Tables with a primary key that may be read. */
  keyed(): readonly Table[];
  install(): Promise<void>;
  /** Works with a new reading of production. */
  reading<Result>(work: (snapshot: ProductionSnapshot) => Promise<Result>): Promise<Result>;
  /** All rows of a table, as readRows gives them. */
  rows(table: Table): Promise<PostgresTextRow[]>;
  start(adapter: (database: ContractDatabase) => Promise<ContractSubject>): Promise<void>;
  stop(): Promise<void>;
}

export const { signal } = new AbortController();

export function trackedDatabase(kit: boolean): TrackedDatabase {
  let database: ContractDatabase;
  let subject: ContractSubject;
  let production: Production;
  let tables: readonly Table[];
  let owner: pg.Client;
  const clients: pg.Client[] = [];

  const tracked: TrackedDatabase = {
    production: () => production,
    async sql(text, values) {
      await owner.query(text, values);
    },
    async connect() {
      const client = new pg.Client({ connectionString: database.connectionString });
      client.on('error', () => undefined);
      await client.connect();
      clients.push(client);
      return client;
    },
    table(key) {
      const table = findTable({ tables, completeness: 'full' }, key);
      assert.ok(table, `${key} is missing`);
      return table;
    },
    keyed: () => tables.filter(({ name, primaryKey }) => primaryKey && name.name !== 'forbidden'),
    async install() {
      const chosen = tables.filter(({ name }) => name.name !== 'untracked');
      await owner.query(kitMigration({ tables: chosen }).up);
    },
    async reading(work) {
      const snapshot = await production.openSnapshot(signal);
      try {
        return await work(snapshot);
      } finally {
        await snapshot.close();
      }
    },
    rows: (table) =>
      tracked.reading(async (snapshot) => {
        const rows: PostgresTextRow[] = [];
        const request = { table, columns: columnsOf(table), signal };
        for await (const batch of snapshot.readRows(request)) rows.push(...batch.rows);
        return rows;
      }),
    async start(adapter) {
      database = await createContractDatabase();
      owner = await tracked.connect();
      await owner.query(SCHEMA_SQL);
      await fillWithEveryType(owner);
      const { rows } = await owner.query<{ catalog: unknown }>(CATALOG_SQL, [['public']]);
      tables = parseCatalogDocument(rows[0]?.catalog).tables;
      if (kit) await tracked.install();
      subject = await adapter(database);
      production = subject.open();
    },
    async stop() {
      await production.close();
      await subject.stop();
      await Promise.all(clients.map((client) => client.end()));
      await database.stop();
    },
  };
  return tracked;
}

export function columnsOf(table: Table): readonly string[] {
  return table.columns.map(({ name }) => name);
}

/** The keys of rows that hold all columns. */
export function keysOf(table: Table, rows: readonly PostgresTextRow[]): string[][] {
  const places = (table.primaryKey?.columns ?? []).map((name) => columnsOf(table).indexOf(name));
  return rows.map((row) => places.map((place) => row[place] ?? ''));
}

/** Rows in an order of their own, to be compared as sets. */
export function sorted(rows: readonly PostgresTextRow[]): string[] {
  return rows.map((row) => JSON.stringify(row)).sort();
}

export function all(...tables: readonly Table[]): readonly TableColumns[] {
  return tables.map((table) => ({ table, columns: columnsOf(table) }));
}

/** A copy of some tables that follows the change log. */
export interface Follower {
  position: string;
  /** Takes what changed since its position, and gives the batches. */
  follow(log: ChangeLog, onBatch?: (batch: ChangeBatch) => Promise<void> | void): Promise<ChangeBatch[]>;
  rows(table: Table): readonly PostgresTextRow[];
}

export async function follower(database: TrackedDatabase, ...tables: readonly Table[]): Promise<Follower> {
  const byName = new Map(tables.map((table) => [table.name.name, new Map<string, PostgresTextRow>()]));
  const put = (table: Table, rows: readonly PostgresTextRow[]): void => {
    for (const [index, key] of keysOf(table, rows).entries())
      byName.get(table.name.name)?.set(JSON.stringify(key), rows[index] ?? []);
  };
  const position = await database.reading((snapshot) => logOf(snapshot).position(signal));
  for (const table of tables) put(table, await database.rows(table));
  const self: Follower = {
    position,
    async follow(log, onBatch) {
      const batches: ChangeBatch[] = [];
      const request = { since: self.position, tables: all(...tables), signal };
      for await (const batch of log.changes(request)) {
        batches.push(batch);
        if (batch.kind === 'rows') {
          const table = tables.find(({ name }) => name.name === batch.table);
          assert.ok(table, `rows of ${batch.table} were not asked for`);
          for (const key of batch.deletes) byName.get(batch.table)?.delete(JSON.stringify(key));
          put(table, batch.upserts);
        }
        if (batch.kind === 'end') self.position = batch.position;
        await onBatch?.(batch);
      }
      return batches;
    },
    rows: (table) => [...(byName.get(table.name.name)?.values() ?? [])],
  };
  return self;
}

export function logOf({ changeLog }: ProductionSnapshot): ChangeLog {
  assert.ok(changeLog, 'there is no change log');
  return changeLog;
}
