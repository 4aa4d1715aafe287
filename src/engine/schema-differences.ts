import type { LocalTable } from '../core/schema/local-schema.ts';
import type { Column, Table } from '../core/schema/model.ts';

/**
 * What was altered in a production table since it was pulled, one line each. Columns that are never read are no
 * difference: those left out of the pull, and those that the rules `exclude` now.
 */
export function schemaDifferences(
  pulled: LocalTable,
  now: Table | undefined,
  exclude: readonly string[],
): string[] {
  if (now === undefined) return ['the table was dropped in production'];
  const before = new Map(pulled.columns.map(({ source }) => [source.name, source] as const));
  const after = new Map(now.columns.map((column) => [column.name, column] as const));
  const unread = new Set([
    ...exclude,
    ...pulled.source.columns.map(({ name }) => name).filter((name) => !before.has(name)),
  ]);
  return [
    ...now.columns
      .filter(({ name }) => !before.has(name) && !unread.has(name))
      .map(({ name }) => `column "${name}" was added in production`),
    ...[...before.values()]
      .filter(({ name }) => !after.has(name))
      .map(({ name }) => `column "${name}" was dropped in production`),
    ...now.columns.flatMap((column) => {
      const old = before.get(column.name);
      return old === undefined ? [] : columnDifferences(old, column);
    }),
    ...(same(pulled.source.primaryKey?.columns, now.primaryKey?.columns)
      ? []
      : ['the primary key was altered in production']),
  ];
}

function columnDifferences(before: Column, after: Column): string[] {
  return [
    ...(same(before.type, after.type)
      ? []
      : [`column "${after.name}" was ${before.postgresType} and is ${after.postgresType} in production`]),
    ...(before.nullable === after.nullable
      ? []
      : [
          `column "${after.name}" ${after.nullable ? 'may now be NULL' : 'must not be NULL any more'} in production`,
        ]),
  ];
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
