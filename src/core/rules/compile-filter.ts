/** From a `where` of the workspace file to conditions that a database understands. */
import { SynclineError } from '../errors.ts';
import type { RowCondition } from '../ports.ts';
import type { LogicalType } from '../schema/logical-type.ts';
import type { Column, Table } from '../schema/model.ts';
import { codecFor } from '../values/codec.ts';
import { relativeTime } from './relative-time.ts';
import { COMPARISONS, type FilterValue, type RowFilter } from './row-filter.ts';

type Path = readonly (string | number)[];

export interface CompileFilter {
  readonly table: Table;
  /** Milliseconds since the epoch: what `now` means. Without it, `now` is no time. */
  readonly now?: number;
  /** Makes the error of a mistake at a place below the filter. */
  readonly mistake: (path: Path, what: string) => SynclineError;
}

type Comparison = (typeof COMPARISONS)[number];

const IS = {
  equal: 'equal',
  not: 'not-equal',
  less: 'less',
  atMost: 'at-most',
  greater: 'greater',
  atLeast: 'at-least',
} as const;

/**
 * The conditions of a filter, with values in Postgres's text. The columns must exist. Throws what `mistake` makes of a
 * value that the column cannot have, or of a comparison that the two databases might answer differently.
 */
export function compileFilter(filter: RowFilter, options: CompileFilter): RowCondition[] {
  return Object.entries(filter).flatMap(([name, condition]): RowCondition[] => {
    const column = options.table.columns.find((each) => each.name === name);
    if (column === undefined) throw options.mistake([name], `column "${name}" is never read`);
    if (condition === null) return [{ column: name, is: 'null' }];
    if (typeof condition !== 'object') {
      return [{ column: name, is: 'equal', value: textOf(column, condition, [name], options) }];
    }
    return COMPARISONS.flatMap((comparison) => {
      const operand = condition[comparison];
      return operand === undefined ? [] : [compare(column, comparison, operand, options)];
    });
  });
}

function compare(
  column: Column,
  comparison: Comparison,
  operand: FilterValue | readonly FilterValue[] | null,
  options: CompileFilter,
): RowCondition {
  const path = [column.name, comparison];
  if (operand === null) return { column: column.name, is: 'not-null' };
  if (typeof operand === 'object') {
    const values = operand.map((each, index) => textOf(column, each, [...path, index], options));
    return { column: column.name, is: comparison === 'in' ? 'in' : 'not-in', values };
  }
  const value = textOf(column, operand, path, options);
  const is = comparison === 'in' || comparison === 'notIn' ? 'equal' : IS[comparison];
  if (is !== 'equal' && is !== 'not-equal' && !isOrdered(column.type)) {
    throw options.mistake(
      path,
      `values of type ${column.postgresType} have no order that local and production agree on`,
    );
  }
  return { column: column.name, is, value };
}

/** Types whose order is the same everywhere. That of texts depends on a collation. */
function isOrdered(type: LogicalType): boolean {
  return (
    ['integer', 'numeric', 'float', 'date', 'timestamp', 'uuid'].includes(type.kind) ||
    (type.kind === 'time' && !type.zone)
  );
}

/** Types of which one value may be written in several ways that only Postgres can tell to be equal. */
function isComparable(type: LogicalType): boolean {
  return !['json', 'array', 'opaque', 'interval'].includes(type.kind);
}

function textOf(column: Column, value: FilterValue, path: Path, options: CompileFilter): string {
  if (!isComparable(column.type)) {
    throw options.mistake(path, `a column of type ${column.postgresType} can only be compared with null`);
  }
  return valueText(column, value, path, options);
}

/** A value of a column, as somebody wrote it, in Postgres's text. Throws what `mistake` makes of one that is none. */
export function valueText(
  column: Column,
  value: FilterValue,
  path: Path,
  options: Pick<CompileFilter, 'now' | 'mistake'>,
): string {
  const { type } = column;
  const written = typeof value === 'string' ? absoluteTime(type, value, options.now) : String(value);
  if (typeof value === 'boolean' && type.kind !== 'boolean') {
    throw options.mistake(path, `${String(value)} is no value of type ${column.postgresType}`);
  }
  if (typeof value === 'number') {
    if (!['integer', 'numeric', 'float'].includes(type.kind)) {
      throw options.mistake(path, `a value of type ${column.postgresType} is written in quotes`);
    }
    if (type.kind !== 'float' && !isExact(value)) {
      throw options.mistake(path, 'a number of more than 15 digits is written in quotes, or it is rounded');
    }
  }
  const codec = codecFor(type);
  try {
    return codec.encodePostgres(codec.canonicalize(written));
  } catch (error) {
    if (!(error instanceof SynclineError)) throw error;
    throw options.mistake(path, error.message.replace(/\.$/, ''));
  }
}

/** Whether the number is surely the one that was written. */
function isExact(value: number): boolean {
  const [mantissa = ''] = String(value).split('e');
  return mantissa.replace(/\D/g, '').replace(/^0+/, '').length <= 15;
}

function absoluteTime(type: LogicalType, text: string, now: number | undefined): string {
  const isTime = type.kind === 'date' || type.kind === 'timestamp';
  const time = isTime && now !== undefined ? relativeTime(text, now) : undefined;
  if (time === undefined) return text;
  const iso = new Date(time).toISOString();
  return type.kind === 'date' ? iso.slice(0, 10) : iso;
}
