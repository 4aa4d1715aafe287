import { SynclineError } from '../../errors.ts';
import type { PresentCell } from '../../values/codec.ts';
import { codecFor } from '../../values/codec.ts';
import { parseDecimal, printDecimal, trimDecimal } from '../../values/decimal-text.ts';
import { quoteLiteral } from '../identifiers.ts';
import type { LogicalType } from '../logical-type.ts';
import type { Value } from './value.ts';
import { untranslatable } from './value.ts';

/** As many decimal digits as every REAL keeps (DBL_DIG): two decimals of so many are two different REALs. */
export const EXACT_DIGITS = 15;

/** A cell in SQLite's SQL. */
export function cellLiteral(cell: PresentCell): string {
  switch (typeof cell) {
    case 'bigint':
      return cell.toString();
    case 'number':
      return realLiteral(cell);
    case 'string':
      return quoteLiteral(cell);
    default:
      return `X'${Array.from(cell, (byte) => byte.toString(16).padStart(2, '0')).join('')}'`;
  }
}

function realLiteral(value: number): string {
  if (!Number.isFinite(value)) return value > 0 ? '9e999' : '-9e999';
  const text = String(value);
  return /^-?\d+$/.test(text) ? `${text}.0` : text;
}

/** The canonical cell of a constant's text, as the type reads it; Untranslatable when it is none of its values. */
export function constantCell(text: string, type: LogicalType): PresentCell {
  try {
    return codecFor(type).canonicalize(text);
  } catch (error) {
    if (!(error instanceof SynclineError)) throw error;
    return untranslatable('it holds a constant that means something only in production');
  }
}

/** A constant of a type. */
export function constantValue(text: string, type: LogicalType): Value {
  if (type.kind === 'numeric') return numericConstant(text, type);
  if (type.kind === 'opaque') return { sql: quoteLiteral(text), type, constant: text, present: true };
  const cell = constantCell(text, type);
  return {
    sql: cellLiteral(cell),
    loose: typeof cell !== 'string' && text.startsWith('-'),
    type,
    present: true,
    constant: cell instanceof Uint8Array ? text : String(cell),
  };
}

function numericConstant(text: string, type: LogicalType): Value {
  const decimal = parseDecimal(String(constantCell(text, type)));
  if (decimal === undefined) return untranslatable('it compares with NaN or an infinity');
  const trimmed = trimDecimal(decimal);
  const printed = printDecimal(trimmed);
  return {
    sql: printed,
    loose: decimal.negative,
    type: { kind: 'numeric' },
    exact: trimmed.digits.length <= EXACT_DIGITS,
    constant: printed,
    present: true,
  };
}

/** A number without a type: an integer where it is one, a numeric otherwise, as Postgres takes it. */
export function numberValue(digits: string): Value {
  const isInteger = /^\d{1,18}$/.test(digits);
  return constantValue(digits, isInteger ? { kind: 'integer', bits: 64 } : { kind: 'numeric' });
}
