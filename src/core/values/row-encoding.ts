import { Buffer } from 'node:buffer';
import type { Cell, Row } from './cell.ts';
import { unrepresentable } from './unrepresentable.ts';

/**
 * Rows as bytes, one to one: different rows never share an encoding, and no encoding is the beginning of another.
 *
 * A row is its number of cells (4 bytes), then each cell: a tag, and what the tag calls for. All big-endian.
 * | tag | cell | follows |
 * |---|---|---|
 * | 0 | NULL | nothing |
 * | 1 | INTEGER | 8 bytes, two's complement |
 * | 2 | REAL | 8 bytes, IEEE 754 |
 * | 3 | TEXT | length in bytes (4), UTF-8 |
 * | 4 | BLOB | length (4), bytes |
 */
const TAG = { null: 0, integer: 1, real: 2, text: 3, blob: 4 } as const;

const CELL_HEADER = 5;
const LEAST_INTEGER = -(2n ** 63n);
const GREATEST_INTEGER = 2n ** 63n - 1n;

/** The row's bytes. VALUE_UNREPRESENTABLE for what SQLite has no cell for: NaN, wider integers, lone surrogates. */
export function encodeRow(row: Row): Uint8Array {
  let size = 4;
  for (const cell of row) size += sizeOf(cell);
  const bytes = Buffer.allocUnsafe(size);
  let offset = bytes.writeUInt32BE(row.length, 0);
  for (const cell of row) offset = writeCell(bytes, cell, offset);
  return new Uint8Array(bytes.buffer, bytes.byteOffset, size);
}

/** The row that {@link encodeRow} encoded. VALUE_UNREPRESENTABLE when the bytes are no such row. */
export function decodeRow(encoded: Uint8Array): Row {
  const bytes = Buffer.from(encoded.buffer, encoded.byteOffset, encoded.byteLength);
  const broken = () => unrepresentable('row', 'is not encoded as a row');
  const need = (offset: number, count: number) => {
    if (offset + count > bytes.length) throw broken();
    return offset;
  };
  const count = bytes.readUInt32BE(need(0, 4));
  const row: Cell[] = [];
  let offset = 4;
  const take = (length: number) => {
    const start = need(offset, length);
    offset += length;
    return start;
  };
  while (row.length < count) {
    const tag = bytes[take(1)];
    switch (tag) {
      case TAG.null:
        row.push(null);
        break;
      case TAG.integer:
        row.push(bytes.readBigInt64BE(take(8)));
        break;
      case TAG.real:
        row.push(bytes.readDoubleBE(take(8)));
        break;
      case TAG.text:
      case TAG.blob: {
        const length = bytes.readUInt32BE(take(4));
        const start = take(length);
        row.push(
          tag === TAG.text
            ? bytes.toString('utf8', start, start + length)
            : new Uint8Array(bytes.subarray(start, start + length)),
        );
        break;
      }
      default:
        throw broken();
    }
  }
  if (offset !== bytes.length) throw broken();
  return row;
}

function sizeOf(cell: Cell): number {
  if (cell === null) return 1;
  if (typeof cell === 'string') return CELL_HEADER + Buffer.byteLength(cell, 'utf8');
  return cell instanceof Uint8Array ? CELL_HEADER + cell.byteLength : 9;
}

function writeCell(bytes: Buffer, cell: Cell, at: number): number {
  if (cell === null) return bytes.writeUInt8(TAG.null, at);
  switch (typeof cell) {
    case 'bigint': {
      if (cell < LEAST_INTEGER || cell > GREATEST_INTEGER) throw unrepresentable('bigint', 'is out of range');
      return bytes.writeBigInt64BE(cell, bytes.writeUInt8(TAG.integer, at));
    }
    case 'number': {
      if (Number.isNaN(cell)) throw unrepresentable('float', 'is NaN, which SQLite has no REAL for');
      return bytes.writeDoubleBE(cell, bytes.writeUInt8(TAG.real, at));
    }
    case 'string': {
      // UTF-8 has no bytes for half of a surrogate pair: two texts would become one.
      if (!cell.isWellFormed()) throw unrepresentable('text', 'is not well-formed Unicode');
      bytes.writeUInt8(TAG.text, at);
      const length = bytes.write(cell, at + CELL_HEADER, 'utf8');
      bytes.writeUInt32BE(length, at + 1);
      return at + CELL_HEADER + length;
    }
    default: {
      bytes.writeUInt32BE(cell.byteLength, bytes.writeUInt8(TAG.blob, at));
      bytes.set(cell, at + CELL_HEADER);
      return at + CELL_HEADER + cell.byteLength;
    }
  }
}
