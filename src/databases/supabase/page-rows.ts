import { SynclineError } from '../../core/errors.ts';
import type { LogicalType } from '../../core/schema/logical-type.ts';
import type { Table } from '../../core/schema/model.ts';
import type { PostgresText } from '../../core/values/cell.ts';

/** One page: its rows in the order of the columns that were asked for, and the key of the last one. */
export interface PageRows {
  readonly rows: readonly PostgresText[][];
  readonly last: readonly string[];
}

/**
 * Names of the columns that are selected as they are, without a cast to text. For these types a cast says something else
 * than Postgres's output: it spells booleans out, adds `/32` to an inet, cuts the padding off a char(n). As JSON they are
 * a boolean or a string, so nothing is lost. Everything else is cast, so that no number passes through JSON's.
 */
export function uncastColumns(table: Table): ReadonlySet<string> {
  return new Set(table.columns.filter((column) => isUncast(column.type)).map((column) => column.name));
}

export function isUncast(type: LogicalType): boolean {
  return type.kind === 'boolean' || type.kind === 'network' || (type.kind === 'text' && type.padded === true);
}

/**
 * Reads pages whose columns were selected under the aliases `c0`, `c1`, ... and their key under `k0`, `k1`, ...
 * Throws REMOTE_PROTOCOL when a page has another shape.
 */
export function pageReader(
  table: string,
  columnCount: number,
  keyCount: number,
): (data: unknown) => PageRows {
  const columns = Array.from({ length: columnCount }, (_, index) => `c${index}`);
  const keys = Array.from({ length: keyCount }, (_, index) => `k${index}`);
  const malformed = (): SynclineError =>
    new SynclineError('REMOTE_PROTOCOL', `A page of ${table} is not what was asked for.`, { table });

  function textOf(value: unknown): PostgresText {
    if (typeof value === 'string' || value === null) return value;
    if (typeof value === 'boolean') return value ? 't' : 'f';
    throw malformed();
  }

  return (data) => {
    if (!Array.isArray(data)) throw malformed();
    const objects: readonly unknown[] = data;
    let lastObject: Readonly<Record<string, unknown>> = {};
    const rows = objects.map((object) => {
      if (typeof object !== 'object' || object === null) throw malformed();
      lastObject = object as Readonly<Record<string, unknown>>;
      const row = lastObject;
      return columns.map((column) => textOf(row[column]));
    });
    const last = objects.length === 0 ? [] : keys.map((key) => textOf(lastObject[key]));
    return { rows, last: last.map((value) => value ?? raise(malformed())) };
  };
}

function raise(error: SynclineError): never {
  throw error;
}
