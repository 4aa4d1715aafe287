import pg from 'pg';
import type { RowCondition } from '../../core/ports.ts';
import type { Table } from '../../core/schema/model.ts';
import { quoteIdentifier } from './identifiers.ts';

const OPERATORS = {
  equal: '=',
  'not-equal': '<>',
  less: '<',
  'at-most': '<=',
  greater: '>',
  'at-least': '>=',
} as const;

/**
 * ` where ...` for conditions on a table that the statement calls `t`; empty when there are none. COPY takes no
 * parameters, so values are literals. They are given no type: Postgres then reads them as the column's own, without the
 * length at which a cast to `varchar(n)` would cut them off.
 */
export function whereSql(table: Table, conditions: readonly RowCondition[] = []): string {
  if (conditions.length === 0) return '';
  return ` where ${conditions.map((condition) => conditionSql(table, condition)).join(' and ')}`;
}

function conditionSql(table: Table, condition: RowCondition): string {
  const column = `t.${quoteIdentifier(condition.column)}`;
  const [subject, literal] = foldsCase(table, condition.column)
    ? [folded(`${column}::pg_catalog.text`), (value: string) => folded(pg.escapeLiteral(value))]
    : [column, pg.escapeLiteral];
  switch (condition.is) {
    case 'null':
      return `${column} is null`;
    case 'not-null':
      return `${column} is not null`;
    case 'in':
      return condition.values.length === 0
        ? 'false'
        : `${subject} in (${condition.values.map(literal).join(', ')})`;
    case 'not-in':
      return condition.values.length === 0
        ? 'true'
        : `${subject} not in (${condition.values.map(literal).join(', ')})`;
    default:
      return `${subject} ${OPERATORS[condition.is]} ${literal(condition.value)}`;
  }
}

/** The operators of citext are an extension's, which an empty search path does not find: what they do is written out. */
function foldsCase(table: Table, name: string): boolean {
  const type = table.columns.find((column) => column.name === name)?.type;
  return type?.kind === 'text' && type.caseInsensitive === true;
}

function folded(text: string): string {
  return `pg_catalog.lower(${text} collate pg_catalog."default")`;
}
