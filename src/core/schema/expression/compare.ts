import { shortestFloat4 } from '../../values/float4.ts';
import type { LogicalType } from '../logical-type.ts';
import type { Value } from './value.ts';
import { isKind, isPlainText, operand, truth, untranslatable } from './value.ts';

export type Comparison = '=' | '<>' | '<' | '<=' | '>' | '>=';

const COMPARISONS: ReadonlySet<string> = new Set(['=', '<>', '<', '<=', '>', '>=']);

export function isComparison(operator: string): operator is Comparison {
  return COMPARISONS.has(operator);
}

/**
 * A comparison that holds exactly when production's does; or, where `mayBeWeaker`, one that holds at least then. A
 * weaker check lets some rows pass that production would refuse; it never refuses a row that production has.
 * Throws Untranslatable.
 */
export function compare(operator: Comparison, left: Value, right: Value, mayBeWeaker: boolean): Value {
  const [a, b] = [typedLike(left, right), typedLike(right, left)];
  const plain = () => truth(`${operand(a)} ${operator} ${operand(b)}`);
  const isEquality = operator === '=' || operator === '<>';
  if (isEquality) {
    requireEqual(a, b, operator === '=' && mayBeWeaker);
    return plain();
  }
  if (isKind(a, 'numeric') && isKind(b, 'numeric')) {
    const isSure = areNumericsExact(a, b);
    if (!isSure) requireNumeric(a, b, mayBeWeaker);
    // Rounding may make two values one: what is below in production is then not above here.
    const held = isSure ? operator : operator.startsWith('<') ? '<=' : '>=';
    return truth(`${operand(a)} ${held} ${operand(b)}`);
  }
  if (isTemporal(a.type) && isTemporal(b.type) && haveOneMeaning(a.type, b.type)) {
    if (!mayBeWeaker) untranslatable('the order of times is certain only in a condition that stands alone');
    return compareTimes(operator, a, b);
  }
  if (areOrderedAlike(a, b)) return plain();
  return untranslatable(`${describe(a)} and ${describe(b)} may have another order in SQLite`);
}

/** `IS DISTINCT FROM`, or its opposite. */
export function compareDistinct(left: Value, right: Value, negated: boolean): Value {
  const [a, b] = [typedLike(left, right), typedLike(right, left)];
  if (a.sql !== 'NULL' && b.sql !== 'NULL') requireEqual(a, b, false);
  return truth(`${operand(a)} ${negated ? 'IS' : 'IS NOT'} ${operand(b)}`);
}

/** Throws unless equal values are equal in SQLite, and no others are (or, where `mayBeWeaker`, some others too). */
export function requireEqual(a: Value, b: Value, mayBeWeaker: boolean): void {
  if (isKind(a, 'numeric') && isKind(b, 'numeric')) {
    requireNumeric(a, b, mayBeWeaker);
    return;
  }
  const alike =
    areOrderedAlike(a, b) ||
    (isPlainText(a) && isPlainText(b)) ||
    isLabel(a, b) ||
    isLabel(b, a) ||
    (a.type !== undefined && b.type !== undefined && haveOneMeaning(a.type, b.type) && isIdentity(a.type));
  if (!alike) untranslatable(`${describe(a)} and ${describe(b)} may compare otherwise in SQLite`);
}

/** A constant without a type takes the type of what it meets. */
function typedLike(value: Value, other: Value): Value {
  return value.type === undefined && value.constant !== undefined && isPlainText(other)
    ? { ...value, type: { kind: 'text' } }
    : value;
}

/** Types whose order is the order of their cells. */
function areOrderedAlike(a: Value, b: Value): boolean {
  if (isKind(a, 'integer') && isKind(b, 'integer')) return true;
  if (isKind(a, 'boolean') && isKind(b, 'boolean')) return true;
  if (isKind(a, 'uuid') && isKind(b, 'uuid')) return true;
  if (!isKind(a, 'float') || !isKind(b, 'float')) return false;
  // A float4 is the number of its shortest text, not the one that Postgres widens it to.
  return a.type.bits === b.type.bits || isSameInFloat4(a) || isSameInFloat4(b);
}

function isSameInFloat4(value: Value): boolean {
  const number = Number(value.constant);
  return (
    value.constant !== undefined &&
    (number === 0 || (Math.fround(number) === number && shortestFloat4(number) === number))
  );
}

/** Numerics compare as REALs. That is exact up to 15 digits, and always against zero. */
function areNumericsExact(a: Value, b: Value): boolean {
  return (a.exact === true && b.exact === true) || a.constant === '0' || b.constant === '0';
}

/** Beyond that rounding keeps the order, but for an integer, which SQLite compares without rounding it. */
function requireNumeric(a: Value, b: Value, mayBeWeaker: boolean): void {
  if (areNumericsExact(a, b)) return;
  const meetsInteger = (a.integral === true && b.exact !== true) || (b.integral === true && a.exact !== true);
  if (!mayBeWeaker || meetsInteger)
    untranslatable('numeric values of so many digits would be rounded by SQLite');
}

/** Types whose equal values are identical texts. */
function isIdentity(type: LogicalType): boolean {
  return ['uuid', 'date', 'time', 'timestamp', 'enum', 'network', 'bytes'].includes(type.kind);
}

/** An enum and a constant of a type that is not Postgres's own: one of its labels. */
function isLabel(column: Value, constant: Value): boolean {
  if (!isKind(column, 'enum') || constant.constant === undefined) return false;
  if (constant.type !== undefined && constant.type.kind !== 'opaque') return false;
  return column.type.values.includes(constant.constant);
}

function haveOneMeaning(a: LogicalType, b: LogicalType): boolean {
  if ((a.kind === 'timestamp' || a.kind === 'time') && (b.kind === 'timestamp' || b.kind === 'time')) {
    return a.kind === b.kind && a.zone === b.zone;
  }
  if (a.kind === 'network' && b.kind === 'network') return a.form === b.form;
  if (a.kind === 'enum' && b.kind === 'enum') return a.name === b.name;
  return a.kind === b.kind;
}

type Temporal = Extract<LogicalType, { kind: 'date' | 'time' | 'timestamp' }>;

function isTemporal(type: LogicalType | undefined): type is Temporal {
  return type?.kind === 'date' || type?.kind === 'timestamp' || (type?.kind === 'time' && !type.zone);
}

/** The canonical text of a year with four digits after Christ, and of the last year that Postgres has. */
function lengthsOf(type: Temporal): { readonly usual: number; readonly longest: number | undefined } {
  if (type.kind === 'time') return { usual: 15, longest: undefined };
  if (type.kind === 'date') return { usual: 10, longest: 12 };
  return type.zone ? { usual: 27, longest: 29 } : { usual: 26, longest: 28 };
}

/**
 * Texts of one length are in the order of their times, but before Christ, where they are longer than any other. Texts
 * of several lengths (years after 9999, infinities, an app's own spelling) pass unchecked.
 */
function compareTimes(
  operator: Comparison,
  a: Value & { type: Temporal },
  b: Value & { type: Temporal },
): Value;
function compareTimes(operator: Comparison, a: Value, b: Value): Value;
function compareTimes(operator: Comparison, a: Value, b: Value): Value {
  if (!isTemporal(a.type)) return untranslatable('its times are not understood');
  const { usual, longest } = lengthsOf(a.type);
  const order = `${operand(a)} ${operator} ${operand(b)}`;
  const constant = a.constant ?? b.constant;
  if (constant !== undefined) {
    if (constant.length !== usual || (a.constant !== undefined && b.constant !== undefined)) {
      untranslatable('it compares with a time of an unusual year');
    }
    const column = a.constant === undefined ? a : b;
    return truth(`length(${column.sql}) <> ${usual} OR ${order}`);
  }
  const isBeforeChrist = longest === undefined ? '' : `length(${a.sql}) > ${longest} OR `;
  return truth(`length(${a.sql}) <> length(${b.sql}) OR ${isBeforeChrist}${order}`);
}

function describe(value: Value): string {
  if (value.type === undefined) return 'an untyped constant';
  if (value.type.kind === 'text') return value.type.caseInsensitive === true ? 'citext' : 'text';
  if (value.type.kind === 'opaque' || value.type.kind === 'enum') return value.type.name;
  return value.type.kind;
}
