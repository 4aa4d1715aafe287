import type { LocalTable } from '../core/schema/local-schema.ts';
import type { Column, Table } from '../core/schema/model.ts';

/** What was altered in a production table since it was pulled, one line each. Columns never read are no difference. */
export function schemaDifferences(pulled: LocalTable, now: Table | undefined): string[] {
  if (now === undefined) return ['the table was dropped in production'];
  const before = new Map(pulled.source.columns.map((column) => [column.name, column] as const));
  const after = new Map(now.columns.map((column) => [column.name, column] as const));
  return [
    ...now.columns
      .filter(({ name }) => !before.has(name))
      .map(({ name }) => `column "${name}" was added in production`),
    ...pulled.source.columns
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
