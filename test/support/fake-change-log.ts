/** The change log of a fake production: what differs between what it held since a position and what it holds now. */
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
  /** Notes what production holds: what comes and goes between two positions is logged too. */
  note(tables: readonly FakeTable[]): void;
}

export function fakeChangeLog(batchRows: number): FakeLog {
  const states: (readonly FakeTable[])[] = [];
  const held = new Map<string, number>();
  let given = 0;
  let reason: 'pruned' | 'moved' = 'pruned';

  const name = (tables: readonly FakeTable[]): string => {
    const position = `position ${(given += 1)}`;
    held.set(position, states.push([...tables]) - 1);
    return position;
  };

  return {
    forget(why) {
      held.clear();
      reason = why;
    },
    note: (tables) => void states.push([...tables]),
    over: (visible, { unanswered, onChanges }) => ({
      position: () => Promise.resolve(name(visible())),
      async *changes({ since, tables, signal }): AsyncGenerator<ChangeBatch> {
        await onChanges(signal);
        const [from, now] = [held.get(since), visible()];
        if (from === undefined) {
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
          yield* differences(key, states.slice(from).map(held), held(now), { table, columns }, batchRows);
        }
        yield { kind: 'end', position: name(now) };
      },
    }),
  };
}

function* differences(
  key: TableKey,
  before: readonly (FakeTable | undefined)[],
  now: FakeTable | undefined,
  { table, columns }: { readonly table: FakeTable['table']; readonly columns: readonly string[] },
  batchRows: number,
): Generator<ChangeBatch> {
  const byKey = (held: FakeTable | undefined): ReadonlyMap<string, PostgresTextRow> => {
    if (held === undefined) return new Map();
    const keyOf = picker(held.table, table.primaryKey?.columns ?? []);
    return new Map(held.rows.map((row) => [JSON.stringify(keyOf(row)), row] as const));
  };
  const [old, current] = [before.map(byKey), byKey(now)];
  const pick = now === undefined ? () => [] : picker(now.table, columns);
  const changed = [...current].filter(([text, row]) =>
    old.some((state) => JSON.stringify(state.get(text)) !== JSON.stringify(row)),
  );
  const upserts = changed.map(([, row]) => pick(row));
  const deletes = [...new Set(old.flatMap((state) => [...state.keys()]))]
    .filter((text) => !current.has(text))
    .map((text) => JSON.parse(text) as KeyTexts);
  for (let from = 0; from < Math.max(upserts.length, deletes.length); from += batchRows) {
    const { rows, bytes } = batchOf(upserts.slice(from, from + batchRows));
    yield { kind: 'rows', table: key, upserts: rows, deletes: deletes.slice(from, from + batchRows), bytes };
  }
}
