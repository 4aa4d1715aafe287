/** What keeps a whole table from being pushed, whatever its rows are. */
import { isDeepStrictEqual } from 'node:util';
import type { PulledTableRecord } from '../core/ledger-port.ts';
import type { LocalChangesReader } from '../core/local-changes-port.ts';
import type { RefusalCause, RefusedChange } from '../core/rows/change.ts';
import { foldName } from '../core/schema/identifiers.ts';
import type { LocalTable } from '../core/schema/local-schema.ts';
import type { LogicalType } from '../core/schema/logical-type.ts';
import { findTable, type Catalog, type Column, type Table } from '../core/schema/model.ts';
import type { PushRun } from './push.ts';
import { schemaDifferences } from './schema-differences.ts';

/**
 * Of the tables that are selected: those without a primary key that were changed locally, and those that may be pushed
 * and whose local columns are others than those that were pulled, a refusal for each difference.
 */
export function localObstacles(
  { previous, rules, local, paths, selection }: PushRun,
  reader: LocalChangesReader,
): RefusedChange[] {
  const selected = previous.tables.filter(({ table }) => selection?.tables?.includes(table.key) ?? true);
  const altered = selected.filter((record) => {
    const direction = rules.file.tables[record.table.key]?.direction ?? rules.file.defaults.direction;
    return (direction === 'push' || direction === 'both') && !reader.isReadable(record);
  });
  const keyless = selected.filter(({ table }) => table.primaryKey.length === 0);
  const changed = local.countLocalChanges(paths.local, previous.basePath, keyless);
  return [
    ...altered.flatMap((record) =>
      localDifferences(record.table, reader.columnsNow(record)).map((message) =>
        ofTable(record.table, 'schema-changed', message),
      ),
    ),
    ...keyless
      .filter(({ table }) => {
        const counts = changed.get(table.key);
        return counts !== undefined && counts.inserted + counts.updated + counts.deleted > 0;
      })
      .map(({ table }) =>
        ofTable(table, 'no-primary-key', 'the table has no primary key: its rows cannot be told apart'),
      ),
  ];
}

function localDifferences(table: LocalTable, now: readonly string[]): string[] {
  if (now.length === 0) return ['the local table is gone'];
  const before = table.columns.map(({ name }) => name);
  const [had, has] = [new Set(before.map(foldName)), new Set(now.map(foldName))];
  return [
    ...now.filter((name) => !had.has(foldName(name))).map((name) => `column "${name}" was added locally`),
    ...before
      .filter((name) => !has.has(foldName(name)))
      .map((name) => `column "${name}" was dropped locally`),
  ];
}

/** Asks production, once, how it has altered a table since the pull; a refusal for each difference. */
export function schemaGuard(run: PushRun): (record: PulledTableRecord) => Promise<readonly RefusedChange[]> {
  const { previous, writer, rules, signal } = run;
  let reading: Promise<Catalog> | undefined;
  return async ({ table }) => {
    const schemas = [...new Set(previous.tables.map((each) => each.table.source.name.schema))];
    reading ??= writer.catalog(schemas, signal);
    const catalog = await reading;
    const found = findTable(catalog, table.key);
    const told = found !== undefined && catalog.completeness === 'partial' ? completed(found, table) : found;
    const now = told === undefined ? undefined : unrefined(told, table);
    return schemaDifferences(table, now, rules.file.tables[table.key]?.exclude ?? []).map((message) =>
      ofTable(table, 'schema-changed', message),
    );
  };
}

/** PostgREST describes tables in part: what it does not say counts as unchanged. */
function completed(now: Table, { source }: LocalTable): Table {
  const before = new Map(source.columns.map((column) => [column.name, column] as const));
  const complete = (column: Column): Column => {
    const old = before.get(column.name);
    return old?.type.kind === column.type.kind ? old : column;
  };
  const { primaryKey } = source;
  const sameKey =
    [...(primaryKey?.columns ?? [])].sort().join('\n') ===
    [...(now.primaryKey?.columns ?? [])].sort().join('\n');
  return {
    ...now,
    columns: now.columns.map(complete),
    ...(sameKey && primaryKey !== undefined ? { primaryKey } : {}),
  };
}

/**
 * The table with its pulled types where those say the same without measures: PostgREST tells no precision, scale or
 * length of some types, and the kit, which may have been installed since the pull, does. A push goes by values, which
 * production rounds or refuses itself.
 */
function unrefined(now: Table, { source }: LocalTable): Table {
  const before = new Map(source.columns.map((column) => [column.name, column] as const));
  const columns = now.columns.map((column) => {
    const old = before.get(column.name);
    return old !== undefined && isDeepStrictEqual(unmeasured(column.type), old.type)
      ? { ...column, type: old.type }
      : column;
  });
  return { ...now, columns };
}

/** The type without its precision, scale or length. */
function unmeasured(type: LogicalType): LogicalType {
  switch (type.kind) {
    case 'numeric':
      return { kind: 'numeric' };
    case 'text': {
      const { kind, padded, caseInsensitive } = type;
      return {
        kind,
        ...(padded === undefined ? {} : { padded }),
        ...(caseInsensitive === undefined ? {} : { caseInsensitive }),
      };
    }
    case 'array':
      return { kind: 'array', element: unmeasured(type.element) };
    default:
      return type;
  }
}

function ofTable({ key }: LocalTable, cause: RefusalCause, message: string): RefusedChange {
  return { table: key, key: [], op: 'update', cause, message };
}
