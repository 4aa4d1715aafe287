import { quoteLiteral } from './identifiers.ts';
import type { LogicalType } from './logical-type.ts';

/**
 * The declared type of a local column. What matters is the affinity that SQLite reads out of it: it must leave the
 * canonical cell as it is. So numeric, uuid, json and timestamps are TEXT (as NUMERIC, SQLite would make REALs of them).
 *
 * The length of varchar(n) is not checked locally: tools read `TEXT`, masking keeps within it, and a value that is too
 * long is refused by name when it is about to leave.
 */
export function declaredTypeOf(type: LogicalType): string {
  switch (type.kind) {
    case 'boolean':
    case 'integer':
      return 'INTEGER';
    case 'float':
      return 'REAL';
    case 'bytes':
      return 'BLOB';
    default:
      return 'TEXT';
  }
}

/** citext compares without case: locally of ASCII letters only, so that what is equal here is equal in production. */
export function collationOf(type: LogicalType): 'NOCASE' | undefined {
  return type.kind === 'text' && type.caseInsensitive === true ? 'NOCASE' : undefined;
}

/** What a column's cells must satisfy to be values of its type, in SQLite's SQL; undefined when the affinity says all. */
export function typeCheckOf(type: LogicalType, quotedColumn: string): string | undefined {
  switch (type.kind) {
    case 'boolean':
      return `${quotedColumn} IN (0, 1)`;
    case 'enum':
      return type.values.length === 0
        ? undefined
        : `${quotedColumn} IN (${type.values.map(quoteLiteral).join(', ')})`;
    case 'json':
    case 'array':
      return `json_valid(${quotedColumn})`;
    default:
      return undefined;
  }
}

/**
 * Whether two columns hold equal values in equal cells, so that SQLite's foreign key between them means what
 * Postgres's means. A numeric without a fixed scale does not: 1.0 and 1.00 are one value and two texts.
 */
export function comparesAlike(child: LogicalType, parent: LogicalType): boolean {
  if (child.kind !== parent.kind) return false;
  switch (child.kind) {
    case 'numeric':
      return hasOneTextAValue(child) && JSON.stringify(scaleOf(child)) === JSON.stringify(scaleOf(parent));
    case 'float':
      return parent.kind === 'float' && child.bits === parent.bits;
    case 'text':
      return parent.kind === 'text' && child.caseInsensitive === parent.caseInsensitive;
    case 'time':
    case 'timestamp':
      return parent.kind === child.kind && child.zone === parent.zone;
    case 'network':
      return parent.kind === 'network' && child.form === parent.form;
    case 'enum':
    case 'opaque':
      return (parent.kind === 'enum' || parent.kind === 'opaque') && child.name === parent.name;
    case 'array':
      return parent.kind === 'array' && comparesAlike(child.element, parent.element);
    default:
      return true;
  }
}

/** Whether equal values of the type are identical cells. */
export function hasOneTextAValue(type: LogicalType): boolean {
  if (type.kind === 'numeric') return type.precision !== undefined;
  if (type.kind === 'array') return hasOneTextAValue(type.element);
  return type.kind !== 'json';
}

function scaleOf(type: LogicalType): number | undefined {
  return type.kind === 'numeric' ? (type.scale ?? 0) : undefined;
}
