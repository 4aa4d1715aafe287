import type { ProductionWriter } from '../../core/push-ports.ts';
import { tableKey, type Table } from '../../core/schema/model.ts';
import type { PostgresText } from '../../core/values/cell.ts';
import { tablePath } from './count-rows.ts';
import { pageReader, uncastColumns } from './page-rows.ts';
import { quoteName, quoteValue, selectItem } from './postgrest-syntax.ts';
import type { RestSession } from './rest-session.ts';
import { requestRest } from './rest-session.ts';
import { printer, typeOf } from './written-tables.ts';

/** Characters of the conditions of one request, and keys in it: URLs have bounds, and so has the number of rows. */
const MOST_CHARACTERS = 4_000;
const MOST_KEYS = 200;

/** The rows of some keys, through plain PostgREST: see {@link ProductionWriter.readByKey}. */
export async function readRowsByKey(
  session: RestSession,
  table: Table,
  { keyColumns, columns, keys, signal }: Omit<Parameters<ProductionWriter['readByKey']>[0], 'table'>,
): Promise<readonly (readonly PostgresText[])[]> {
  const name = tableKey(table.name);
  const uncast = uncastColumns(table);
  const wanted = [...keyColumns, ...columns];
  const printers = wanted.map((column) => printer(typeOf(table, column)));
  const select = wanted.map((column, at) => selectItem(`c${at}`, column, !uncast.has(column))).join(',');
  const read = pageReader(name, wanted.length, 0);
  const rows: (readonly PostgresText[])[] = [];
  for (const conditions of portions(keys.map((key) => condition(keyColumns, key)))) {
    const answer = await requestRest(
      session,
      () => ({
        select,
        build: (client) =>
          client.schema(table.name.schema).from(tablePath(table)).select('*').or(conditions.join(',')),
      }),
      { activity: `reading ${name} by key`, table: name },
      signal,
    );
    for (const row of read(answer.data).rows) rows.push(row.map((text, at) => printers[at]?.(text) ?? null));
  }
  return rows;
}

function condition(columns: readonly string[], key: readonly string[]): string {
  const parts = columns.map((column, at) => `${quoteName(column)}.eq.${quoteValue(key[at] ?? '')}`);
  return parts.length === 1 ? parts.join('') : `and(${parts.join(',')})`;
}

function* portions(conditions: readonly string[]): Generator<readonly string[]> {
  let portion: string[] = [];
  let characters = 0;
  for (const each of conditions) {
    const size = encodeURIComponent(each).length;
    if (portion.length >= MOST_KEYS || (portion.length > 0 && characters + size > MOST_CHARACTERS)) {
      yield portion;
      portion = [];
      characters = 0;
    }
    portion.push(each);
    characters += size;
  }
  if (portion.length > 0) yield portion;
}
