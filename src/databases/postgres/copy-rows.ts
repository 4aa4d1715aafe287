import { from as copyFrom } from 'pg-copy-streams';
import type { PostgresText } from '../../core/values/cell.ts';
import { cancelOnAbort, throwIfCancelled, type Session, type Statement } from './session.ts';

const SPECIAL = /[\\\n\r\t]/g;

const ESCAPED: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** A field of COPY's text format (https://www.postgresql.org/docs/current/sql-copy.html, "Text Format"). */
export function copyField(text: PostgresText): string {
  if (text === null) return '\\N';
  return text.replace(SPECIAL, (character) => ESCAPED[character] ?? character);
}

/** Hands data to a COPY FROM STDIN statement; resolves with the number of rows that it put in. */
export async function copyRows(
  session: Session,
  statement: Statement,
  data: string,
  signal: AbortSignal,
): Promise<number> {
  throwIfCancelled(signal);
  const stream = session.copy(copyFrom(statement.text));
  const guard = cancelOnAbort(session, signal);
  try {
    return await new Promise((resolve, reject) => {
      stream.once('error', reject);
      stream.once('finish', () => resolve(stream.rowCount));
      stream.end(data);
    });
  } catch (thrown) {
    throw session.failure(thrown, statement, signal);
  } finally {
    guard.release();
  }
}
