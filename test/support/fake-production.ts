/** A production database in memory, whose every step a test can watch, delay or break. */
import { SynclineError } from '../../src/core/errors.ts';
import type { Capability, Production, ProductionProbe, ReadRows, RowBatch } from '../../src/core/ports.ts';
import { tableKey, type Catalog, type Table, type TableKey } from '../../src/core/schema/model.ts';
import type { PostgresTextRow } from '../../src/core/values/cell.ts';

export interface FakeTable {
  readonly table: Table;
  /** In Postgres's text output, in the order of the table's columns and of its key. */
  readonly rows: readonly PostgresTextRow[];
}

/** A step of the engine, told before it is answered. `nth` counts steps of one kind (and table) from 1. */
export interface FakeStep {
  readonly kind: 'probe' | 'snapshot' | 'catalog' | 'count' | 'sample' | 'batch' | 'keys' | 'close';
  readonly table?: TableKey;
  readonly nth: number;
}

export interface FakeOptions {
  /** False: as over plain PostgREST, every read sees the tables as they are at that moment. */
  readonly consistent?: boolean;
  readonly seesAllRows?: boolean;
  readonly completeness?: Catalog['completeness'];
  readonly batchRows?: number;
  readonly capabilities?: readonly Capability[];
  /** Called before every step: may wait, throw, abort, or alter the tables. */
  readonly onStep?: (step: FakeStep) => void | Promise<void>;
  /** What is counted instead of the rows that there are. */
  readonly counted?: Readonly<Record<TableKey, number>>;
}

export interface FakeProduction extends Production {
  /** What production holds now; may be altered at any time. */
  tables: FakeTable[];
  /** Every step so far, such as `batch users 1`. */
  readonly steps: readonly string[];
  /** Snapshots that were opened and are not closed yet. */
  readonly openSnapshots: number;
}

export function fakeProduction(tables: readonly FakeTable[], options: FakeOptions = {}): FakeProduction {
  const { consistent = true, seesAllRows = true, completeness = 'full', batchRows = 1000 } = options;
  const steps: string[] = [];
  const counts = new Map<string, number>();
  let open = 0;

  async function step(
    kind: FakeStep['kind'],
    signal: AbortSignal | undefined,
    table?: TableKey,
  ): Promise<void> {
    const name = table === undefined ? kind : `${kind} ${table}`;
    const nth = (counts.get(name) ?? 0) + 1;
    counts.set(name, nth);
    steps.push(`${name} ${nth}`);
    await options.onStep?.({ kind, nth, ...(table === undefined ? {} : { table }) });
    if (signal?.aborted === true) throw new SynclineError('CANCELLED', 'The operation was cancelled.');
  }

  const fake: FakeProduction = {
    address: 'postgres://fake.invalid/production',
    tables: [...tables],
    steps,
    get openSnapshots() {
      return open;
    },
    async probe(signal): Promise<ProductionProbe> {
      await step('probe', signal);
      return {
        capabilities: options.capabilities ?? (consistent ? ['catalog', 'snapshot', 'copy'] : []),
        role: 'tester',
        seesAllRows,
        latencyMilliseconds: 1,
      };
    },
    async openSnapshot(signal) {
      await step('snapshot', signal);
      open += 1;
      const frozen = [...fake.tables];
      const visible = (): readonly FakeTable[] => (consistent ? frozen : fake.tables);
      const find = (wanted: Table): FakeTable => {
        const found = visible().find(({ table }) => tableKey(table.name) === tableKey(wanted.name));
        if (found !== undefined) return found;
        throw new SynclineError('REMOTE_QUERY', `The table ${tableKey(wanted.name)} does not exist.`);
      };
      async function* readRows({
        table,
        columns,
        limit,
        signal: reading,
      }: ReadRows): AsyncGenerator<RowBatch> {
        const key = tableKey(table.name);
        const { table: now, rows } = find(table);
        const places = columns.map((column) => now.columns.findIndex(({ name }) => name === column));
        if (places.includes(-1))
          throw new SynclineError('REMOTE_QUERY', `A column of ${key} does not exist.`);
        const wanted = rows.slice(0, limit);
        for (let from = 0; from < wanted.length; from += batchRows) {
          await step(limit === undefined ? 'batch' : 'sample', reading, key);
          const batch = wanted
            .slice(from, from + batchRows)
            .map((row) => places.map((place) => row[place] ?? null));
          const bytes = batch.flat().reduce((sum, cell) => sum + (cell?.length ?? 0), 0);
          yield { rows: batch, bytes };
        }
      }
      return {
        consistent,
        id: 'fake:1',
        async catalog(reading) {
          await step('catalog', reading);
          return { tables: visible().map(({ table }) => table), completeness };
        },
        async countRows(table, reading) {
          const key = tableKey(table.name);
          await step('count', reading, key);
          return options.counted?.[key] ?? find(table).rows.length;
        },
        readRows,
        async readByKey({ table, columns, keys, signal: reading }) {
          await step('keys', reading, tableKey(table.name));
          const { table: now, rows } = find(table);
          const placeOf = (name: string): number => now.columns.findIndex((column) => column.name === name);
          const keyPlaces = (now.primaryKey?.columns ?? []).map(placeOf);
          const wanted = new Set(keys.map((key) => JSON.stringify(key)));
          return rows
            .filter((row) => wanted.has(JSON.stringify(keyPlaces.map((place) => row[place]))))
            .map((row) => columns.map((name) => row[placeOf(name)] ?? null));
        },
        async close() {
          open -= 1;
          await step('close', undefined);
        },
      };
    },
    close: () => Promise.resolve(),
  };
  return fake;
}
