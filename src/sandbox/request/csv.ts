import { invalidBody } from '../errors/request-errors.ts';

/** Lines of a CSV text; a field knows nothing of whether it was quoted, as for PostgREST. */
type Records = readonly (readonly string[])[];

/**
 * A CSV text as the JSON array of texts that PostgREST makes of it; a field `NULL` is null.
 * @throws ApiError PGRST102 when the text is no CSV or its lines differ in length
 */
export function csvToJson(text: string): { readonly json: string; readonly columns: readonly string[] } {
  const [header, ...rows] = records(text);
  if (header === undefined) throw invalidBody('parse error (not enough input) at ""');
  if (rows.some((row) => row.length < header.length)) {
    throw invalidBody('All lines must have same number of fields');
  }
  const objects = rows.map((row) => {
    const members = header.map((name, index) => `${JSON.stringify(name)}:${value(row[index] ?? '')}`);
    return `{${members.join(',')}}`;
  });
  return { json: `[${objects.join(',')}]`, columns: rows.length === 0 ? [] : header };
}

const value = (field: string): string => (field === 'NULL' ? 'null' : JSON.stringify(field));

function records(text: string): Records {
  const all: string[][] = [];
  let row: string[] = [];
  let at = 0;
  while (at < text.length) {
    const field = text[at] === '"' ? quotedField(text, at) : plainField(text, at);
    row.push(field.value);
    at = field.end;
    if (text[at] === ',') {
      at += 1;
      if (at < text.length) continue;
      row.push('');
    }
    if (text[at] === '\r' && text[at + 1] === '\n') at += 1;
    at += 1;
    // Blank lines are no records.
    if (row.length > 1 || row[0] !== '') all.push(row);
    row = [];
  }
  return all;
}

interface ParsedField {
  readonly value: string;
  readonly end: number;
}

function plainField(text: string, start: number): ParsedField {
  let end = start;
  while (end < text.length && !',\r\n"'.includes(text.charAt(end))) end += 1;
  if (text[end] === '"') throw notCsv(text, end);
  return { value: text.slice(start, end), end };
}

function quotedField(text: string, start: number): ParsedField {
  let end = start + 1;
  for (;;) {
    const quote = text.indexOf('"', end);
    if (quote < 0) throw notCsv(text, start);
    end = quote + 1;
    if (text[end] !== '"') break;
    end += 1;
  }
  if (end < text.length && !',\r\n'.includes(text.charAt(end))) throw notCsv(text, end);
  return { value: text.slice(start + 1, end - 1).replaceAll('""', '"'), end };
}

function notCsv(text: string, at: number): Error {
  return invalidBody(`parse error (Failed reading: satisfy) at ${JSON.stringify(text.slice(at, at + 20))}`);
}
