import type { KeyedRows, KeyTexts, ReadByKey } from '../../core/changes-port.ts';
import { tableKey } from '../../core/schema/model.ts';
import type { PostgresTextRow } from '../../core/values/cell.ts';
import { answerSize } from '../kit/answer-size.ts';
import { parseRows } from '../kit/parse-answers.ts';
import { readableKeys } from '../kit/readable-keys.ts';
import { callKit } from './call-kit.ts';
import { tablePath } from './count-rows.ts';
import { pageReader, uncastColumns } from './page-rows.ts';
import { pageSize } from './page-size.ts';
import { afterKey, anyKey, quoteName, selectItem } from './postgrest-syntax.ts';
import type { RestSession } from './rest-session.ts';
import { requestRest } from './rest-session.ts';

/** Keys travel in the request's body, so their number is bounded by what the answer may come to. */
const KEYS_AT_ONCE = 500;

/** Reads rows by key through the kit: any number of keys in few requests. */
export async function readByKeyWithKit(session: RestSession, request: ReadByKey): Promise<KeyedRows> {
  const { table, columns, signal } = request;
  const name = tableKey(table.name);
  const keys = readableKeys(request.keys);
  const size = answerSize(KEYS_AT_ONCE);
  const found: PostgresTextRow[] = [];
  for (let from = 0; from < keys.length;) {
    let to = from;
    const answer = await callKit(
      session,
      {
        function: 'rows',
        parameters: () => {
          to = Math.min(keys.length, from + size.rows);
          const { schema: table_schema, name: table_name } = table.name;
          return { table_schema, table_name, columns, keys: keys.slice(from, to) };
        },
        activity: `reading ${name} by key`,
        table: name,
      },
      signal,
      {
        onFailure: ({ smaller }) => {
          if (smaller) size.shrink();
        },
      },
    );
    const rows = parseRows(answer.data);
    size.learn(rows.length, answer.bytes);
    for (const row of rows) found.push(row);
    from = to;
  }
  return found;
}

/**
 * Of a request's address: gateways refuse more than 8 kB. What the columns take is taken off the keys' share, but one key
 * always goes.
 */
const ADDRESS_CHARACTERS = 5_000;
const LEAST_KEY_CHARACTERS = 1_000;

/** Reads rows by key with PostgREST's filters, as many keys in a request as its address may carry. */
export async function readByKeyWithFilters(session: RestSession, request: ReadByKey): Promise<KeyedRows> {
  const { table, columns, signal } = request;
  const name = tableKey(table.name);
  const key = table.primaryKey?.columns ?? [];
  const uncast = uncastColumns(table);
  const select = [
    ...columns.map((column, index) => selectItem(`c${index}`, column, !uncast.has(column))),
    ...key.map((column, index) => selectItem(`k${index}`, column, !uncast.has(column))),
  ].join(',');
  const readPage = pageReader(name, columns.length, key.length);
  const size = pageSize(KEYS_AT_ONCE);
  const share = Math.max(LEAST_KEY_CHARACTERS, ADDRESS_CHARACTERS - encodeURIComponent(select).length);
  const found: PostgresTextRow[] = [];
  for (const chunk of chunks(readableKeys(request.keys), share, (each) => anyKey(key, [each]))) {
    let after: readonly string[] | undefined;
    // A server may have a lower cap on rows than there are keys; it tells how many there are.
    for (let remaining = chunk.length; remaining > 0;) {
      const answer = await requestRest(
        session,
        () => ({
          select,
          build: (client) => {
            const rows = client
              .schema(table.name.schema)
              .from(tablePath(table))
              .select('*', { count: 'exact' })
              .or(anyKey(key, chunk));
            for (const column of key) void rows.order(quoteName(column));
            if (after) void rows.or(afterKey(key, after));
            return rows.limit(size.rows);
          },
        }),
        { activity: `reading ${name} by key`, table: name },
        signal,
        {
          onFailure: ({ smaller }) => {
            if (smaller) size.shrink();
          },
        },
      );
      const page = readPage(answer.data);
      for (const row of page.rows) found.push(row);
      const total = /\/(\d+)$/.exec(answer.headers.get('content-range') ?? '')?.[1];
      remaining = page.rows.length === 0 ? 0 : Number(total ?? remaining) - page.rows.length;
      after = page.last;
    }
  }
  return found;
}

/** Cuts keys into runs whose conditions take so many characters of an address. */
function* chunks(
  keys: readonly KeyTexts[],
  most: number,
  conditionOf: (key: KeyTexts) => string,
): Generator<readonly KeyTexts[]> {
  let chunk: KeyTexts[] = [];
  let taken = 0;
  for (const key of keys) {
    const cost = encodeURIComponent(conditionOf(key)).length + 3;
    if (chunk.length > 0 && (taken + cost > most || chunk.length >= KEYS_AT_ONCE)) {
      yield chunk;
      [chunk, taken] = [[], 0];
    }
    chunk.push(key);
    taken += cost;
  }
  if (chunk.length > 0) yield chunk;
}
