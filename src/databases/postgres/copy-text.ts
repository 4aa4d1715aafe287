import { isUtf8 } from 'node:buffer';
import { SynclineError } from '../../core/errors.ts';
import type { PostgresText } from '../../core/values/cell.ts';

/** Rows of a chunk, with the bytes they took in COPY's text format. */
export interface CopyRows {
  readonly rows: PostgresText[][];
  readonly bytes: number;
}

/** Takes COPY's text output in chunks cut anywhere, and gives the rows that are complete. */
export interface CopyTextParser {
  push(chunk: Buffer): CopyRows;
  /** To be called at the end of the data: throws REMOTE_PROTOCOL when the last row is incomplete. */
  end(): void;
}

const NEWLINE = 0x0a;
const TAB = 0x09;

/**
 * Rows up to this many bytes are decoded at once and split, which is fastest; but each field then keeps the whole row's
 * text alive in V8. In longer rows every field is decoded alone, so that one name kept in a cache does not hold a document.
 */
const DECODED_AT_ONCE = 1024;

const ESCAPES: Readonly<Record<string, string>> = {
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

/**
 * A parser of COPY's text format in UTF-8 (https://www.postgresql.org/docs/current/sql-copy.html, "Text Format"): rows
 * end in a newline, fields are parted by tabs, `\N` is NULL. A raw newline or tab is never data, and neither byte
 * occurs inside a multi-byte character, so rows are cut out of the bytes before anything is decoded.
 *
 * Throws REMOTE_PROTOCOL when a row has another number of fields than `columnCount`, and VALUE_UNREPRESENTABLE when the
 * bytes are not UTF-8 (a database in SQL_ASCII may hold anything); `table` names it.
 */
export function copyTextParser(table: string, columnCount: number): CopyTextParser {
  // The start of a row whose end has not come yet, in the pieces in which it came: joined once, however long it gets.
  let pending: Buffer[] = [];

  function rowOf(bytes: Buffer, start: number, end: number): PostgresText[] {
    let fields: PostgresText[];
    if (end - start <= DECODED_AT_ONCE) {
      const line = bytes.toString('utf8', start, end);
      fields = line.split('\t');
      if (line.includes('\\')) fields = fields.map(unescapeField);
    } else {
      fields = fieldsDecodedAlone(bytes, start, end).map(unescapeField);
    }
    if (fields.length !== columnCount) {
      throw new SynclineError(
        'REMOTE_PROTOCOL',
        `A row of ${table} came with ${fields.length} fields of ${columnCount}.`,
      );
    }
    return fields;
  }

  return {
    push(chunk) {
      const last = chunk.lastIndexOf(NEWLINE);
      if (last < 0) {
        if (chunk.length > 0) pending.push(chunk);
        return { rows: [], bytes: 0 };
      }
      const complete = chunk.subarray(0, last + 1);
      const bytes = pending.length > 0 ? Buffer.concat([...pending, complete]) : complete;
      pending = last + 1 < chunk.length ? [chunk.subarray(last + 1)] : [];
      if (!isUtf8(bytes)) {
        throw new SynclineError('VALUE_UNREPRESENTABLE', `${table} holds text that is not valid UTF-8.`, {
          table,
        });
      }
      const rows: PostgresText[][] = [];
      for (let start = 0; start < bytes.length;) {
        const end = bytes.indexOf(NEWLINE, start);
        rows.push(rowOf(bytes, start, end));
        start = end + 1;
      }
      return { rows, bytes: bytes.length };
    },
    end() {
      if (pending.length > 0)
        throw new SynclineError('REMOTE_PROTOCOL', `The last row of ${table} came incomplete.`);
    },
  };
}

function fieldsDecodedAlone(bytes: Buffer, start: number, end: number): string[] {
  const fields: string[] = [];
  for (let from = start; ;) {
    const tab = bytes.indexOf(TAB, from);
    const to = tab < 0 || tab > end ? end : tab;
    fields.push(bytes.toString('utf8', from, to));
    if (to === end) return fields;
    from = to + 1;
  }
}

function unescapeField(field: PostgresText): PostgresText {
  if (field === null || field === '\\N') return null;
  if (!field.includes('\\')) return field;
  return field.replace(/\\([\s\S])/g, (_, escaped: string) => ESCAPES[escaped] ?? escaped);
}
