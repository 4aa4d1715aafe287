/** A production database in memory, whose every step a test can watch, delay or break. */
import type { UnansweredCause } from '../../src/core/changes-port.ts';
import { SynclineError } from '../../src/core/errors.ts';
import type { KitInstallation } from '../../src/core/kit-port.ts';
import type { Capability, Production, ProductionProbe, ReadRows, RowBatch } from '../../src/core/ports.ts';
import { rowTest } from '../../src/core/rows/row-test.ts';
import { tableKey, type Catalog, type Table, type TableKey } from '../../src/core/schema/model.ts';
import { fakeChangeLog, type FakeLog } from './fake-change-log.ts';
import { fakeDigests } from './fake-digests.ts';
import { batchOf, picker, type FakeTable } from './fake-tables.ts';

export type { FakeTable };

/** A step of the engine, told before it is answered. `nth` counts steps of one kind (and table) from 1. */
export interface FakeStep {
  readonly kind:
    'probe' | 'snapshot' | 'catalog' | 'count' | 'sample' | 'batch' | 'keys' | 'changes' | 'digest' | 'close';
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
  /** Whether there is a change log: what changed since a position is told from what the tables held then. */
  readonly kit?: boolean;
  /** Whether it computes digests of stretches of keys. */
  readonly digests?: boolean;
  /** How the kit stands, when that is asked. */
  readonly kitStatus?: KitInstallation;
}

export interface FakeProduction extends Production {
  /** What production holds now; may be altered at any time. */
  tables: FakeTable[];
  /** Every step so far, such as `batch users 1`. */
  readonly steps: readonly string[];
  /** Snapshots that were opened and are not closed yet. */
  readonly openSnapshots: number;
  /** Tables that the change log does not answer for; may be altered at any time. */
  unanswered: Readonly<Record<TableKey, UnansweredCause>>;
  /** Makes every position that was given so far too old. */
  forgetPositions(reason?: 'pruned' | 'moved'): void;
}

export function fakeProduction(tables: readonly FakeTable[], options: FakeOptions = {}): FakeProduction {
  const { consistent = true, seesAllRows = true, completeness = 'full', batchRows = 1000 } = options;
  const steps: string[] = [];
  const counts = new Map<string, number>();
  const log: FakeLog = fakeChangeLog(batchRows);
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
    unanswered: {},
    forgetPositions: (reason = 'pruned') => log.forget(reason),
    steps,
    get openSnapshots() {
      return open;
    },
    async probe(signal): Promise<ProductionProbe> {
      await step('probe', signal);
      return {
        capabilities: options.capabilities ?? [
          ...(consistent ? (['catalog', 'snapshot', 'copy'] as const) : []),
          ...(options.kit === true ? (['kit'] as const) : []),
        ],
        role: 'tester',
        seesAllRows,
        latencyMilliseconds: 1,
      };
    },
    async openSnapshot(signal) {
      await step('snapshot', signal);
      open += 1;
      const frozen = [...fake.tables];
      log.note(frozen);
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
        where = [],
        signal: reading,
      }: ReadRows): AsyncGenerator<RowBatch> {
        const key = tableKey(table.name);
        const { table: now, rows } = find(table);
        const pick = picker(now, columns);
        const wanted = rows.filter(rowTest(now.columns, where)).slice(0, limit);
        for (let from = 0; from < wanted.length; from += batchRows) {
          await step(limit === undefined ? 'batch' : 'sample', reading, key);
          yield batchOf(wanted.slice(from, from + batchRows).map(pick));
        }
      }
      return {
        consistent,
        id: 'fake:1',
        async catalog(reading) {
          await step('catalog', reading);
          return { tables: visible().map(({ table }) => table), completeness };
        },
        async countRows(table, reading, where = []) {
          const key = tableKey(table.name);
          await step('count', reading, key);
          const { table: now, rows } = find(table);
          return options.counted?.[key] ?? rows.filter(rowTest(now.columns, where)).length;
        },
        readRows,
        async readByKey({ table, columns, keys, signal: reading }) {
          const key = tableKey(table.name);
          await step('keys', reading, key);
          const wanted = new Set(keys.map((each) => JSON.stringify(each)));
          const found = find(table);
          const keyOf = picker(found.table, table.primaryKey?.columns ?? []);
          return found.rows
            .filter((row) => wanted.has(JSON.stringify(keyOf(row))))
            .map(picker(found.table, columns));
        },
        ...(options.kit === true && {
          changeLog: log.over(visible, {
            unanswered: () => fake.unanswered,
            onChanges: (reading) => step('changes', reading),
          }),
        }),
        ...(options.digests === true && {
          digests: fakeDigests(find, {
            batchRows,
            onDigest: (table, reading) => step('digest', reading, table),
            onBatch: (table, reading) => step('batch', reading, table),
          }),
        }),
        async close() {
          open -= 1;
          await step('close', undefined);
        },
      };
    },
    kitStatus: () =>
      Promise.resolve(
        options.kitStatus ?? {
          state: options.kit === true ? 'current' : 'absent',
          version: 1,
          tables:
            options.kit === true ? fake.tables.map(({ table }) => ({ table: tableKey(table.name) })) : [],
          missing: [],
        },
      ),
    close: () => Promise.resolve(),
  };
  return fake;
}
