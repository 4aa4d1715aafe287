import { Buffer } from 'node:buffer';
import type { Codec } from './codec.ts';
import { unrepresentable } from './unrepresentable.ts';

const TYPE = 'bytea';

function fromHex(text: string): Uint8Array | undefined {
  if (text.charCodeAt(0) !== 92 || text.charCodeAt(1) !== 120 || text.length % 2 !== 0) return undefined;
  const bytes = Buffer.from(text.slice(2), 'hex');
  // Buffer stops at the first character that is no hex digit instead of refusing it.
  if (bytes.length !== text.length / 2 - 1) return undefined;
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
}

/** bytea: a BLOB. Locally, TEXT that starts with `\x` is read as Postgres's hex; other TEXT could mean two things. */
export const bytesCodec: Codec = {
  decodePostgres(text) {
    const bytes = fromHex(text);
    if (bytes === undefined) throw unrepresentable(TYPE, 'did not arrive as \\x and hex digits');
    return bytes;
  },
  encodePostgres(cell) {
    if (!(cell instanceof Uint8Array)) throw unrepresentable(TYPE, 'is not held as a BLOB');
    return `\\x${Buffer.from(cell.buffer, cell.byteOffset, cell.byteLength).toString('hex')}`;
  },
  canonicalize(cell) {
    const bytes = cell instanceof Uint8Array ? cell : typeof cell === 'string' ? fromHex(cell) : undefined;
    if (bytes === undefined) throw unrepresentable(TYPE, 'is not a BLOB');
    return bytes;
  },
  comparable: (cell) => cell,
};
