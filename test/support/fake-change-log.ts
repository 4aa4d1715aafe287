/** The change log of a fake production: what differs between what it held at a position and what it holds now. */
import type { ChangeBatch, ChangeLog, KeyTexts, UnansweredCause } from '../../src/core/changes-port.ts';
import { tableKey, type TableKey } from '../../src/core/schema/model.ts';
import type { PostgresTextRow } from '../../src/core/values/cell.ts';
import { batchOf, picker, type FakeTable } from './fake-tables.ts';

export interface FakeLog {
  /** The log as it is seen from a snapshot. */
  over(
    visible: () => readonly FakeTable[],
    hooks: {
      readonly unanswered: () => Readonly<Record<TableKey, UnansweredCause>>;
      readonly onChanges: (signal: AbortSignal) => Promise<void>;
    },
  ): ChangeLog;
  forget(reason: 'pruned' | 'moved'): void;
}

export function fakeChangeLog(batchRows: number): FakeLog {
  const held = new Map<string, readonly FakeTable[]>();
  let given = 0;
  let reason: 'pruned' | 'moved' = 'pruned';

  const name = (tables: readonly FakeTable[]): string => {
    const position = `position ${(given += 1)}`;
    held.set(position, [...tables]);
    return position;
  };

  return {
    forget(why) {
      held.clear();
      reason = why;
    },
    over: (visible, { unanswered, onChanges }) => ({
      position: () => Promise.resolve(name(visible())),
      async *changes({ since, tables, signal }): AsyncGenerator<ChangeBatch> {
        await onChanges(signal);
        const [before, now] = [held.get(since), visible()];
        if (before === undefined) {
          yield { kind: 'too-old', reason };
          return;
        }
        const keyless = tables.filter(({ table }) => table.primaryKey === undefined);
        const causes: Readonly<Record<TableKey, UnansweredCause>> = {
          ...Object.fromEntries(
            keyless.map(({ table }) => [tableKey(table.name), 'no-primary-key'] as const),
          ),
          ...unanswered(),
        };
        for (const { table } of tables) {
          const cause = causes[tableKey(table.name)];
          if (cause !== undefined) yield { kind: 'unanswered', table: tableKey(table.name), cause };
        }
        for (const { table, columns } of tables) {
          const key = tableKey(table.name);
          if (key in causes) continue;
          const held = (all: readonly FakeTable[]): FakeTable | undefined =>
            all.find((each) => tableKey(each.table.name) === key);
          yield* differences(key, held(before), held(now), { table, columns }, batchRows);
        }
        yield { kind: 'end', position: name(now) };
      },
    }),
  };
}

function* differences(
  key: TableKey,
  before: FakeTable | undefined,
  now: FakeTable | undefined,
  { table, columns }: { readonly table: FakeTable['table']; readonly columns: readonly string[] },
  batchRows: number,
): Generator<ChangeBatch> {
  const byKey = (held: FakeTable | undefined): ReadonlyMap<string, PostgresTextRow> => {
    if (held === undefined) return new Map();
    const keyOf = picker(held.table, table.primaryKey?.columns ?? []);
    return new Map(held.rows.map((row) => [JSON.stringify(keyOf(row)), row] as const));
  };
  const [old, current] = [byKey(before), byKey(now)];
  const pick = now === undefined ? () => [] : picker(now.table, columns);
  const changed = [...current].filter(([text, row]) => JSON.stringify(old.get(text)) !== JSON.stringify(row));
  const upserts = changed.map(([, row]) => pick(row));
  const deletes = [...old.keys()]
    .filter((text) => !current.has(text))
    .map((text) => JSON.parse(text) as KeyTexts);
  for (let from = 0; from < Math.max(upserts.length, deletes.length); from += batchRows) {
    const { rows, bytes } = batchOf(upserts.slice(from, from + batchRows));
    yield { kind: 'rows', table: key, upserts: rows, deletes: deletes.slice(from, from + batchRows), bytes };
  }
}
