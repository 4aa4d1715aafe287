import type { Column, Table } from '../schema/model.ts';

/** A string constant (left out), a quoted identifier, or a word. */
const TOKEN = /[eE]'(?:[^'\\]|\\[\s\S]|'')*'|'(?:[^']|'')*'|"((?:[^"]|"")*)"|([\p{L}_][\p{L}\p{N}_$]*)/gu;

/** Columns of the table that an expression, as `pg_get_expr` prints it, mentions. A function of the same name counts too. */
export function mentionedColumns(expression: string, table: Table): string[] {
  const words = new Set<string>();
  for (const [, quoted, word] of expression.matchAll(TOKEN)) {
    if (quoted !== undefined) words.add(quoted.replaceAll('""', '"'));
    if (word !== undefined) words.add(word);
  }
  return table.columns.map(({ name }) => name).filter((name) => words.has(name));
}

const LITERAL = String.raw`[eE]?'(?:[^']|'')*'`;

/** Everything that a list of allowed values may be made of, besides the column's name and the values. */
const LIST_WORDS =
  /^(?:ANY|ARRAY|OR|IN|IS|NULL|text|character|varying|bpchar|varchar|citext|char|COLLATE|[\d()[\]=,:]+)$/i;

/**
 * Whether a check lets the column have nothing but values that it lists: `status = ANY (ARRAY['a'::text, 'b'::text])`,
 * `(kind)::text = 'x'::text OR ...`. Anything more, an AND, a function, a comparison, is not taken for a list.
 */
export function hasListedValues(column: Column, table: Table): boolean {
  return table.checks.some(({ expression }) => isList(expression, column.name));
}

function isList(expression: string, column: string): boolean {
  let literals = 0;
  let mentions = 0;
  const pieces = expression.match(
    new RegExp(`${LITERAL}|"(?:[^"]|"")*"|[\\p{L}_][\\p{L}\\p{N}_$]*|[\\d()[\\]=,:]+|\\S`, 'gu'),
  );
  for (const piece of pieces ?? []) {
    if (/^[eE]?'/.test(piece)) literals += 1;
    else if (piece === column || piece === `"${column.replaceAll('"', '""')}"`) mentions += 1;
    else if (!LIST_WORDS.test(piece)) return false;
  }
  return literals > 0 && mentions > 0;
}
