import type { LogicalType } from '../schema/logical-type.ts';
import { arrayCodec } from './codec-array.ts';
import { booleanCodec } from './codec-boolean.ts';
import { bytesCodec } from './codec-bytes.ts';
import { dateCodec } from './codec-date.ts';
import { floatCodec } from './codec-float.ts';
import { integerCodec } from './codec-integer.ts';
import { intervalCodec } from './codec-interval.ts';
import { jsonCodec } from './codec-json.ts';
import { networkCodec } from './codec-network.ts';
import { numericCodec } from './codec-numeric.ts';
import { enumCodec, opaqueCodec, textCodec } from './codec-text.ts';
import { timeCodec } from './codec-time.ts';
import { timestampCodec } from './codec-timestamp.ts';
import { uuidCodec } from './codec-uuid.ts';
import type { Cell } from './cell.ts';

/** A cell that is not NULL. NULL is the same everywhere, so codecs never see it. */
export type PresentCell = Exclude<Cell, null>;

/**
 * One logical type's values: Postgres's text, the one canonical cell, and what makes two cells equal.
 * Every refusal is a SynclineError VALUE_UNREPRESENTABLE that names the type and never the value.
 *
 * Laws: `decodePostgres(encodePostgres(c)) = c` for every canonical `c`; `encodePostgres(decodePostgres(t))` denotes
 * the value that `t` does; `canonicalize` is idempotent and leaves canonical cells alone.
 */
export interface Codec {
  /** Postgres's text output (ISO dates, hex bytea, intervalstyle postgres; any time zone) as the canonical cell. */
  decodePostgres(text: string): PresentCell;
  /** A canonical cell as text that Postgres's input function reads back as the same value. */
  encodePostgres(cell: PresentCell): string;
  /**
   * What an app may have written in SQLite for this type, as the canonical cell. Refuses what the Postgres column
   * would refuse or silently alter (out of range, too long, digits that the scale would cut off).
   */
  canonicalize(cell: PresentCell): PresentCell;
  /** A form in which two canonical cells are identical exactly when their values are equal. */
  comparable(cell: PresentCell): PresentCell;
}

/** The codec of a type. Make it once a column: decoding runs for every cell of million-row tables. */
export function codecFor(type: LogicalType): Codec {
  switch (type.kind) {
    case 'boolean':
      return booleanCodec;
    case 'integer':
      return integerCodec(type.bits);
    case 'numeric':
      return numericCodec(type.precision, type.scale);
    case 'float':
      return floatCodec(type.bits);
    case 'text':
      return textCodec(type.maxLength, type.padded === true);
    case 'uuid':
      return uuidCodec;
    case 'date':
      return dateCodec;
    case 'time':
      return timeCodec(type.zone);
    case 'timestamp':
      return timestampCodec(type.zone);
    case 'interval':
      return intervalCodec;
    case 'json':
      return jsonCodec(type.binary);
    case 'bytes':
      return bytesCodec;
    case 'enum':
      return enumCodec(type.name, type.values);
    case 'array':
      return arrayCodec(type.element, codecFor(type.element));
    case 'network':
      return networkCodec(type.form);
    case 'opaque':
      return opaqueCodec(type.name);
  }
}
