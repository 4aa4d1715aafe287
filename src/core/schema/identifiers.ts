import { SynclineError } from '../errors.ts';

/** A name as SQL, in SQLite and Postgres alike: always quoted, so that any name that the engines allow works. */
export function quoteIdentifier(name: string): string {
  refuseNul(name);
  return `"${name.replaceAll('"', '""')}"`;
}

/** Text as an SQL literal, in SQLite and in Postgres with standard_conforming_strings (its default). */
export function quoteLiteral(text: string): string {
  refuseNul(text);
  return `'${text.replaceAll("'", "''")}'`;
}

/** No engine has a NUL in a name or a literal; SQLite would end the statement there. */
function refuseNul(text: string): void {
  if (text.includes('\0')) throw new SynclineError('INTERNAL', 'A NUL character was about to enter SQL.');
}

/** A name as SQLite compares names: ASCII letters without case, all others exactly. */
export function foldName(name: string): string {
  return name.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}
