import type { Field, JsonStep } from '../grammar/names.ts';
import type { SelectField } from '../grammar/select.ts';
import type { Column, QualifiedName, SchemaCache } from '../schema/model.ts';
import { tableKey } from '../schema/model.ts';
import type { Sql } from './fragment.ts';
import { EMPTY, bound, identifier, joined, sql, trusted } from './fragment.ts';

/** What a query calls a table: its name with its schema, or an alias. */
export type Qualifier = QualifiedName | { readonly alias: string };

/** The columns whose types decide how a field is read. */
export type Columns = (name: string) => Column | undefined;

export function columnsOf(cache: SchemaCache, table: QualifiedName): Columns {
  const columns = cache.tables.get(tableKey(table))?.columns ?? [];
  return (name) => columns.find((column) => column.name === name);
}

export function qualified(qualifier: Qualifier): Sql {
  if ('alias' in qualifier) return identifier(qualifier.alias);
  return sql`${identifier(qualifier.schema)}.${identifier(qualifier.name)}`;
}

export function columnSql(qualifier: Qualifier, name: string): Sql {
  return sql`${qualified(qualifier)}.${name === '*' ? trusted('*') : identifier(name)}`;
}

/** A column, or what is inside it: any type can be entered, as the json that it becomes. */
export function fieldSql(qualifier: Qualifier, field: Field, columns: Columns): Sql {
  const column = columnSql(qualifier, field.name);
  if (field.path.length === 0) return column;
  const type = columns(field.name)?.declaredType;
  const json = type === 'json' || type === 'jsonb' ? column : sql`to_jsonb(${column})`;
  return [...json, ...field.path.flatMap(stepSql)];
}

function stepSql({ arrow, operand }: JsonStep): Sql {
  const cast = operand.kind === 'index' ? trusted('::int') : EMPTY;
  return sql`${trusted(arrow)}${bound(operand.value)}${cast}`;
}

export function selectedSql(qualifier: Qualifier, selected: SelectField, columns: Columns): Sql {
  const value = fieldSql(qualifier, selected.field, columns);
  // The grammar admits only letters, digits, _, $ and spaces in a cast; quoting would forbid names such as int.
  const cast = selected.cast === undefined ? value : sql`cast(${value} as ${trusted(selected.cast)})`;
  const alias = aliasOf(selected);
  return alias === undefined ? cast : sql`${cast} as ${identifier(alias)}`;
}

/** A way into json is named after the last key on it. */
function aliasOf({ alias, field }: SelectField): string | undefined {
  if (alias !== undefined || field.path.length === 0) return alias;
  const keys = field.path.filter(({ operand }) => operand.kind === 'key');
  return keys.at(-1)?.operand.value ?? field.name;
}

/** The name that a selected field has in the answer. */
export function selectedName(selected: SelectField): string {
  return aliasOf(selected) ?? selected.field.name;
}

export function listSql(parts: readonly Sql[]): Sql {
  return joined(parts, ', ');
}
