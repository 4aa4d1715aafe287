import type { Column, Relationship, Table } from '../schema/model.ts';
import type { Json } from './document.ts';
import { swaggerItems, swaggerType } from './types.ts';

export function tableDefinition(table: Table, relationships: readonly Relationship[]): Json {
  return {
    description: table.description,
    required: listed(table.columns.filter(({ nullable }) => !nullable).map(({ name }) => name)),
    properties: named(
      table.columns.map((column) => [column.name, columnDefinition(table, column, relationships)]),
    ),
    type: 'object',
  };
}

/** Empty lists and objects are left out. */
export function listed<T>(members: readonly T[]): readonly T[] | undefined {
  return members.length === 0 ? undefined : members;
}

export function named(entries: readonly (readonly [name: string, value: Json])[]): Json | undefined {
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

function columnDefinition(table: Table, column: Column, relationships: readonly Relationship[]): Json {
  return {
    default: defaultOf(column),
    description: descriptionOf(table, column, relationships),
    enum: listed(column.labels),
    format: column.type,
    maxLength: column.maxLength,
    items: swaggerItems(column.type),
    type: swaggerType(column.type),
  };
}

function descriptionOf(
  table: Table,
  column: Column,
  relationships: readonly Relationship[],
): string | undefined {
  const notes = ['Note:'];
  if (table.primaryKey.includes(column.name)) notes.push('This is a Primary Key.<pk/>');
  const referenced = referencedColumn(column, relationships);
  if (referenced !== undefined) {
    const { table: name, column: key } = referenced;
    notes.push(`This is a Foreign Key to \`${name}.${key}\`.<fk table='${name}' column='${key}'/>`);
  }
  if (notes.length === 1) return column.description;
  return (column.description === undefined ? '' : `${column.description}\n\n`) + notes.join('\n');
}

/** What a foreign key of this column alone leads to; tables before views. */
function referencedColumn(
  column: Column,
  relationships: readonly Relationship[],
): { readonly table: string; readonly column: string } | undefined {
  const found = [...relationships]
    .sort((a, b) => Number(a.foreignTableIsView) - Number(b.foreignTableIsView))
    .flatMap(({ cardinality, foreignTable }) => {
      if (cardinality.kind === 'many-to-many' || cardinality.kind === 'one-to-many') return [];
      const [only, ...others] = cardinality.columns;
      if (cardinality.referenced || only?.[0] !== column.name || others.length > 0) return [];
      return [{ table: foreignTable.name, column: only[1] }];
    });
  return found[0];
}

/** A default that is a plain value; of texts, whatever the expression is. */
function defaultOf({ type, defaultExpression }: Column): Json | undefined {
  if (defaultExpression === undefined) return undefined;
  const suffix = `::${type}`;
  const isText = swaggerType(type) === 'string';
  const text =
    isText && defaultExpression.endsWith(suffix)
      ? defaultExpression.slice(0, -suffix.length).replace(/^'+|'+$/g, '')
      : defaultExpression;
  try {
    return JSON.parse(isText ? `"${text}"` : text) as Json;
  } catch {
    return undefined;
  }
}
