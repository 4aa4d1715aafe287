import type { LocalColumn } from '../local-schema.ts';
import type { LogicalType } from '../logical-type.ts';
import { Untranslatable } from './syntax.ts';

/** A translated part of an expression: SQLite's SQL and what it means. */
export interface Value {
  /**
   * SQL that compares as the value does in production. Of a numeric that is a REAL made of the TEXT in the column; of
   * every other type it is the cell.
   */
  readonly sql: string;
  /** Undefined for NULL and for a string constant whose type nobody named. */
  readonly type: LogicalType | undefined;
  /** Whether the SQL needs parentheses as an operand. */
  readonly loose?: boolean;
  /** Numerics: false when the REAL may be a rounded one. */
  readonly exact?: boolean;
  /** Numerics: true when the SQL is an INTEGER of any size. */
  readonly integral?: boolean;
  /** The column itself, where `sql` is computed from it. Tells NULL from the rest. */
  readonly cell?: string;
  /** The text of a constant, canonical when the type is known. */
  readonly constant?: string;
  /** True when it cannot be NULL. */
  readonly present?: boolean;
}

/** The columns that an expression may mention. */
export interface Scope {
  /** By production's name; undefined when the column does not come. */
  readonly columnByName: ReadonlyMap<string, LocalColumn>;
  /** Gathers what was mentioned. */
  readonly mentioned: Set<LocalColumn>;
}

/** The SQL as an operand of a stronger operator. */
export function operand(value: Value): string {
  return value.loose === true ? `(${value.sql})` : value.sql;
}

/** A condition's value. */
export function truth(sql: string, loose = true): Value {
  return { sql, loose, type: { kind: 'boolean' } };
}

export function isKind<K extends LogicalType['kind']>(
  value: Value,
  kind: K,
): value is Value & { readonly type: Extract<LogicalType, { kind: K }> } {
  return value.type?.kind === kind;
}

/** Text whose equality is equality of characters: not citext. */
export function isPlainText(value: Value): boolean {
  return value.type === undefined
    ? value.constant !== undefined
    : value.type.kind === 'text' && value.type.caseInsensitive !== true;
}

export function untranslatable(reason: string): never {
  throw new Untranslatable(reason);
}
