import { Buffer } from 'node:buffer';
import { SynclineError } from '../errors.ts';
import type { LogicalType } from '../schema/logical-type.ts';
import type { Column } from '../schema/model.ts';
import type { Cell, Row } from '../values/cell.ts';
import { cidrMask, inetMask, macMask } from './addresses.ts';
import { redacted } from './constants.ts';
import { dateShift } from './dates.ts';
import { maskJsonText } from './json-mask.ts';
import { keyedHash } from './keyed-hash.ts';
import { jsonCells } from './json-cells.ts';
import { domainKey, type MaskingKey } from './masking-key.ts';
import { memoized } from './memo.ts';
import { decimalNoise, floatNoise, numberKey } from './numbers.ts';
import type { ColumnMask } from './plan.ts';
import type { TransformerName } from './transformers.ts';
import type { MaskText, TextMaskSettings } from './text-mask.ts';
import { isTextTransformer, textMask, type TextTransformerName } from './text-transformers.ts';

/** Masks a cell that is not NULL. The row is the raw one. */
export type MaskCell = (cell: Exclude<Cell, null>, row: Row) => Cell;

/**
 * The mask of one column's cells. `positionOf` tells where in a row another column stands.
 * @throws SynclineError CONFIG_UNKNOWN_COLUMN when the option `by` names a column that is not read
 */
export function compileColumn(
  mask: ColumnMask,
  column: Column,
  key: MaskingKey,
  positionOf: (column: string) => number | undefined,
): MaskCell {
  const { type } = column;
  switch (mask.transformer) {
    case 'keep':
      return (cell) => cell;
    case 'null':
      return () => null;
    case 'json':
      return jsonCells(mask, type, key);
    case 'date-shift':
      if (mask.options.by !== undefined && type.kind !== 'array')
        return groupedDates(mask, mask.options.by, key, positionOf);
      return textCells(type, mask.transformer, mask, key);
    case 'redact':
      return type.kind === 'text' ? textCells(type, 'redact', mask, key) : redacted(type);
    case 'hash':
      if (type.kind === 'bytes') return byteHashes(mask, key);
      return textCells(type, type.kind === 'uuid' ? 'uuid' : 'hash', mask, key);
    default:
      return numberCells(type, mask, key) ?? textCells(type, textNameOf(mask.transformer, type), mask, key);
  }
}

function textNameOf(transformer: TransformerName, type: LogicalType): TextTransformerName {
  if (transformer === 'key' && type.kind === 'uuid') return 'uuid';
  if (isTextTransformer(transformer)) return transformer;
  throw new SynclineError('INTERNAL', `"${transformer}" does not mask ${type.kind}.`);
}

function settingsOf(mask: ColumnMask, key: MaskingKey): TextMaskSettings {
  return {
    hash: keyedHash(domainKey(key, mask.domain)),
    unique: mask.unique,
    caseInsensitive: mask.caseInsensitive === true,
    maxLength: mask.maxLength ?? Infinity,
  };
}

/** Cells that are texts, or JSON arrays of texts. */
function textCells(
  type: LogicalType,
  transformer: TextTransformerName,
  mask: ColumnMask,
  key: MaskingKey,
): MaskCell {
  const settings = settingsOf(mask, key);
  const ofElement = type.kind === 'array' ? type.element : type;
  const made =
    ofElement.kind === 'network'
      ? networkText(ofElement.form, settings)
      : textMask(transformer, mask.options, settings);
  const remembered = memoized(made);
  if (type.kind === 'json') return (cell) => JSON.stringify(remembered(String(cell)));
  if (type.kind !== 'array') return (cell) => remembered(String(cell));
  const leaves = { string: remembered, number: identity, name: identity };
  return (cell) => maskJsonText(String(cell), leaves);
}

function identity(text: string): string {
  return text;
}

function networkText(form: 'inet' | 'cidr' | 'macaddr' | 'macaddr8', settings: TextMaskSettings): MaskText {
  const mask = (form === 'inet' ? inetMask : form === 'cidr' ? cidrMask : macMask)(settings);
  const constant = String(redacted({ kind: 'network', form })(null));
  return (value) => mask(value) ?? constant;
}

/** Integers (bigint cells), numeric (text cells) and floats; undefined for other types. */
function numberCells(type: LogicalType, mask: ColumnMask, key: MaskingKey): MaskCell | undefined {
  const hash = keyedHash(domainKey(key, mask.domain));
  const noise = mask.transformer === 'number-noise';
  switch (type.kind) {
    case 'integer': {
      const bits = mask.bits ?? type.bits;
      const accepts = (candidate: string): boolean =>
        BigInt.asIntN(bits, BigInt(candidate)) === BigInt(candidate);
      const made = memoized(noise ? decimalNoise(hash, mask.options, accepts) : numberKey(hash, accepts));
      return (cell) => BigInt(made(String(cell)));
    }
    case 'numeric': {
      const accepts = numericRange(type.precision, type.scale);
      const made = memoized(noise ? decimalNoise(hash, mask.options, accepts) : numberKey(hash, accepts));
      return (cell) => made(String(cell));
    }
    case 'float': {
      const made = floatNoise(hash, mask.options, type.bits);
      // NaN is text.
      return (cell) => (typeof cell === 'number' ? made(cell) : cell);
    }
    default:
      return undefined;
  }
}

function numericRange(
  precision: number | undefined,
  scale: number | undefined,
): (candidate: string) => boolean {
  if (precision === undefined) return () => true;
  const most = precision - (scale ?? 0);
  return (candidate) => (/^-?0*(\d*)/.exec(candidate)?.[1]?.length ?? 0) <= most;
}

/** Dates that move as the value of another column says. */
function groupedDates(
  mask: ColumnMask,
  by: string,
  key: MaskingKey,
  positionOf: (column: string) => number | undefined,
): MaskCell {
  const position = positionOf(by);
  if (position === undefined) {
    throw new SynclineError(
      'CONFIG_UNKNOWN_COLUMN',
      `The mask of "${mask.column}" moves dates by "${by}", which is not among the columns that are read.`,
      { column: by },
    );
  }
  const settings = settingsOf(mask, key);
  const shift = dateShift({ hash: settings.hash, days: mask.options.days, unique: mask.unique });
  const filler = textMask('text', {}, settings);
  return (cell, row) => {
    const other = row[position] ?? null;
    const group = other instanceof Uint8Array ? Buffer.from(other).toString('hex') : other;
    return shift(String(cell), group === null ? undefined : String(group)) ?? filler(String(cell));
  };
}

function byteHashes(mask: ColumnMask, key: MaskingKey): MaskCell {
  const hash = keyedHash(domainKey(key, mask.domain));
  return (cell) => {
    const text = cell instanceof Uint8Array ? Buffer.from(cell).toString('latin1') : String(cell);
    return new Uint8Array(Buffer.from(hash(text), 'latin1'));
  };
}
