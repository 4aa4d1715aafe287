import type { Codec, PresentCell } from './codec.ts';
import { unrepresentable } from './unrepresentable.ts';

/** Text exactly as an app wrote it. SQLite turns numbers in a TEXT column into text by itself. */
function writtenText(cell: PresentCell, type: string): string {
  if (typeof cell === 'string') {
    if (cell.includes('\0')) throw unrepresentable(type, 'holds a NUL character');
    if (!cell.isWellFormed()) throw unrepresentable(type, 'is not well-formed Unicode');
    return cell;
  }
  if (typeof cell === 'bigint') return cell.toString();
  if (typeof cell === 'number') return Number.isInteger(cell) ? `${cell}.0` : String(cell);
  throw unrepresentable(type, 'is held as a BLOB');
}

function heldText(cell: PresentCell, type: string): string {
  if (typeof cell !== 'string') throw unrepresentable(type, 'is not held as text');
  if (cell.includes('\0')) throw unrepresentable(type, 'holds a NUL character');
  return cell;
}

function trimTrailingSpaces(text: string): string {
  let end = text.length;
  while (end > 0 && text.charCodeAt(end - 1) === 32) end--;
  return end === text.length ? text : text.slice(0, end);
}

/** Whether text has more than `most` characters, as Postgres counts them: code points. */
function isLongerThan(text: string, most: number): boolean {
  if (text.length <= most) return false;
  let count = 0;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code >= 0xdc00 && code <= 0xdfff) continue;
    if (++count > most) return true;
  }
  return false;
}

/**
 * text, varchar(n), char(n), citext: the string as it is. The padding of char(n) means nothing and is dropped, so that
 * `= 'ab'` holds locally where it holds in production. citext keeps its case: a changed case is a change.
 */
export function textCodec(maxLength: number | undefined, padded: boolean): Codec {
  const type = padded ? 'char' : maxLength === undefined ? 'text' : 'varchar';
  return {
    decodePostgres: padded ? trimTrailingSpaces : (text) => text,
    encodePostgres: (cell) => heldText(cell, type),
    canonicalize(cell) {
      const written = writtenText(cell, type);
      const text = padded ? trimTrailingSpaces(written) : written;
      if (maxLength !== undefined && isLongerThan(text, maxLength)) {
        throw unrepresentable(type, `is longer than ${maxLength} characters`);
      }
      return text;
    },
    comparable: (cell) => cell,
  };
}

/** An enum: its label. A list of labels that is empty is unknown, and refuses nothing. */
export function enumCodec(name: string, labels: readonly string[]): Codec {
  const known = new Set(labels);
  const isLabel = (text: string) => known.size === 0 || known.has(text);
  const label = (text: string) => {
    if (!isLabel(text)) throw unrepresentable(name, 'is not one of its labels');
    return text;
  };
  return {
    decodePostgres: label,
    encodePostgres: (cell) => label(heldText(cell, name)),
    canonicalize: (cell) => label(writtenText(cell, name)),
    comparable: (cell) => cell,
  };
}

/** Any other type: Postgres's own text, untouched; equal when the text is. */
export function opaqueCodec(name: string): Codec {
  return {
    decodePostgres: (text) => text,
    encodePostgres: (cell) => heldText(cell, name),
    canonicalize: (cell) => writtenText(cell, name),
    comparable: (cell) => cell,
  };
}
