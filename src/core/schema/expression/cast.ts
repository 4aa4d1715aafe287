import type { LogicalType } from '../logical-type.ts';
import { constantValue } from './constant.ts';
import type { Value } from './value.ts';
import { isKind, isPlainText, operand, untranslatable } from './value.ts';

/** `value::type`. Casts that mean nothing locally disappear; those that compute are refused but for the sure ones. */
export function castValue(value: Value, type: LogicalType): Value {
  if (value.sql === 'NULL') return { ...value, type };
  if (value.constant !== undefined && isReadable(value, type)) return constantValue(value.constant, type);
  const same = sameCell(value, type);
  if (same !== undefined) return same;
  if (isKind(value, 'integer')) {
    if (type.kind === 'numeric' && type.precision === undefined) {
      return { ...value, type, exact: true, integral: true };
    }
    if (type.kind === 'float' && type.bits === 64) return { sql: `CAST(${value.sql} AS REAL)`, type };
    if (isText(type)) return { sql: `CAST(${value.sql} AS TEXT)`, type: { kind: 'text' } };
  }
  return untranslatable(
    `a cast of it to ${type.kind === 'opaque' ? type.name : type.kind} computes in production`,
  );
}

/** A constant without a type, or a number: the new type reads its text. */
function isReadable(value: Value, type: LogicalType): boolean {
  if (value.type === undefined) return true;
  const isNumber = value.type.kind === 'integer' || value.type.kind === 'numeric';
  const takesNumber = type.kind === 'integer' || type.kind === 'numeric' || type.kind === 'float';
  return isNumber && takesNumber;
}

/** Casts that leave the cell as it is. */
function sameCell(value: Value, type: LogicalType): Value | undefined {
  const from = value.type;
  if (from === undefined) return undefined;
  if (isText(type) && (isPlainText(value) || from.kind === 'enum' || from.kind === 'uuid')) {
    return { ...value, type: { kind: 'text' } };
  }
  if (from.kind === 'integer' && type.kind === 'integer') return { ...value, type };
  if (from.kind === 'boolean' && type.kind === 'integer') return { sql: operand(value), type };
  const isPlainSame =
    from.kind === type.kind && ['boolean', 'uuid', 'date', 'bytes', 'enum'].includes(from.kind);
  return isPlainSame ? value : undefined;
}

/** text or varchar without a length, to which nothing is cut. */
function isText(type: LogicalType): boolean {
  return (
    type.kind === 'text' &&
    type.maxLength === undefined &&
    type.padded !== true &&
    type.caseInsensitive !== true
  );
}
