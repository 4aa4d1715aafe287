import { Buffer } from 'node:buffer';
import type { Codec } from './codec.ts';
import { unrepresentable } from './unrepresentable.ts';

const TYPE = 'uuid';

/** Hyphens after any group of four digits, braces or none: what Postgres's own input reads. */
const SPELLING = /^(?:urn:uuid:)?\{?((?:[0-9a-f]{4}-?){7}[0-9a-f]{4})\}?$/;

function isCanonical(text: string): boolean {
  if (text.length !== 36) return false;
  for (let index = 0; index < 36; index++) {
    const code = text.charCodeAt(index);
    const isHyphenPlace = index === 8 || index === 13 || index === 18 || index === 23;
    const ok = isHyphenPlace ? code === 45 : (code >= 48 && code <= 57) || (code >= 97 && code <= 102);
    if (!ok) return false;
  }
  return true;
}

function withHyphens(hex: string): string {
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** uuid: lower-case hyphenated TEXT. Sixteen bytes in a BLOB are one too. */
export const uuidCodec: Codec = {
  decodePostgres(text) {
    if (!isCanonical(text)) throw unrepresentable(TYPE, 'did not arrive as 36 characters of lower-case hex');
    return text;
  },
  encodePostgres(cell) {
    if (typeof cell !== 'string' || !isCanonical(cell)) {
      throw unrepresentable(TYPE, 'is not held as lower-case hyphenated text');
    }
    return cell;
  },
  canonicalize(cell) {
    if (typeof cell === 'string') {
      if (isCanonical(cell)) return cell;
      const digits = SPELLING.exec(cell.trim().toLowerCase())?.[1];
      if (digits !== undefined) return withHyphens(digits.replaceAll('-', ''));
    }
    if (cell instanceof Uint8Array && cell.length === 16) {
      return withHyphens(Buffer.from(cell.buffer, cell.byteOffset, 16).toString('hex'));
    }
    throw unrepresentable(TYPE, 'is neither 32 hex digits nor 16 bytes');
  },
  comparable: (cell) => cell,
};
