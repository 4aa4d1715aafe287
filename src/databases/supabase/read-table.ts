import { SynclineError } from '../../core/errors.ts';
import type { ReadRows, RowBatch } from '../../core/ports.ts';
import type { Table } from '../../core/schema/model.ts';
import { tableKey } from '../../core/schema/model.ts';
import { countRows, tablePath } from './count-rows.ts';
import type { PageRows } from './page-rows.ts';
import { pageReader, uncastColumns } from './page-rows.ts';
import { pageSize } from './page-size.ts';
import { afterKey, allOf, conditionFilter, quoteName, selectItem } from './postgrest-syntax.ts';
import type { RestSession } from './rest-session.ts';
import { requestRest } from './rest-session.ts';

/** Where a row lies: every row of a table has both, and together they are unique even across partitions. */
const PHYSICAL_KEY = ['ctid', 'tableoid'] as const;

interface Page extends PageRows {
  readonly bytes: number;
}

/** Where the next page begins: after a key, or after so many rows. */
type Position = { readonly after: readonly string[] } | { readonly offset: number };

/** How a table is walked through. */
interface Walk {
  readonly key: readonly string[];
  readonly order: readonly string[];
  next(page: Page): Position;
}

/**
 * Reads a table in pages through PostgREST, by keyset: each page begins after the last key of the one before, until a
 * page comes empty, so that no row cap of the server ends the reading early. While a page is consumed the next one is
 * fetched. Rows come in the order of the primary key.
 *
 * A table without a primary key is walked by the place of its rows; where rows have none (a view), by offset, and then
 * the number of rows is checked at the end. Throws SynclineErrors of the REMOTE_ family, or CANCELLED.
 */
export async function* readTable(
  session: RestSession,
  pageRows: number,
  request: ReadRows,
): AsyncGenerator<RowBatch> {
  const key = request.table.primaryKey?.columns;
  if (key) {
    yield* readPages(session, pageRows, request, keysetWalk(key));
    return;
  }
  let began = false;
  try {
    for await (const batch of readPages(session, pageRows, request, keysetWalk(PHYSICAL_KEY))) {
      began = true;
      yield batch;
    }
  } catch (thrown) {
    if (began || !(thrown instanceof SynclineError) || thrown.details['code'] !== '42703') throw thrown;
    yield* readByOffset(session, pageRows, request);
  }
}

function keysetWalk(key: readonly string[]): Walk {
  return { key, order: key, next: (page) => ({ after: page.last }) };
}

/** Rows may be missed or doubled when others write meanwhile; a changed number of rows is noticed. */
async function* readByOffset(
  session: RestSession,
  pageRows: number,
  request: ReadRows,
): AsyncGenerator<RowBatch> {
  const name = tableKey(request.table.name);
  const expected = await countRows(session, request.table, request.where, request.signal);
  let seen = 0;
  yield* readPages(session, pageRows, request, {
    key: [],
    order: sortableColumns(request.table),
    next: (page) => ({ offset: (seen += page.rows.length) }),
  });
  if (request.limit !== undefined || seen === expected) return;
  throw new SynclineError(
    'REMOTE_CHANGED',
    `${name} had ${expected} rows, and ${seen} came: it changed while it was read.`,
    { table: name },
  );
}

/** Columns whose types Postgres can order; json, for one, it cannot. */
function sortableColumns(table: Table): readonly string[] {
  return table.columns
    .filter(
      ({ type }) => type.kind !== 'opaque' && type.kind !== 'array' && (type.kind !== 'json' || type.binary),
    )
    .map((column) => column.name);
}

async function* readPages(
  session: RestSession,
  pageRows: number,
  request: ReadRows,
  walk: Walk,
): AsyncGenerator<RowBatch> {
  // Ends the page that is on its way when the iteration ends early.
  const ended = new AbortController();
  const signal = AbortSignal.any([request.signal, ended.signal]);
  const fetchPage = pageFetcher(session, pageRows, request, walk, signal);
  let remaining = request.limit ?? Number.POSITIVE_INFINITY;
  let upcoming = remaining > 0 ? fetchPage(undefined, remaining) : undefined;
  try {
    while (upcoming) {
      const page = await upcoming;
      if (page.rows.length === 0) return;
      remaining -= page.rows.length;
      const position = walk.next(page);
      upcoming = remaining > 0 ? fetchPage(position, remaining) : undefined;
      // Awaited in the next round; a failure until then must not count as unhandled.
      upcoming?.catch(() => undefined);
      yield { rows: page.rows, bytes: page.bytes };
    }
  } finally {
    ended.abort();
  }
}

/** Gives a function that fetches the page at a position, of `most` rows at most; the first page has no position. */
function pageFetcher(
  session: RestSession,
  pageRows: number,
  request: ReadRows,
  walk: Walk,
  signal: AbortSignal,
): (position: Position | undefined, most: number) => Promise<Page> {
  const { table, columns } = request;
  const name = tableKey(table.name);
  const uncast = uncastColumns(table);
  const select = [
    ...columns.map((column, index) => selectItem(`c${index}`, column, !uncast.has(column))),
    ...walk.key.map((column, index) => selectItem(`k${index}`, column, !uncast.has(column))),
  ].join(',');
  const conditions = (request.where ?? []).map(conditionFilter);
  const readPage = pageReader(name, columns.length, walk.key.length);
  const size = pageSize(pageRows);
  return async (position, most) => {
    let asked = 0;
    const answer = await requestRest(
      session,
      () => {
        asked = Math.min(size.rows, most);
        return {
          select,
          build: (client) => {
            const rows = client.schema(table.name.schema).from(tablePath(table)).select('*');
            for (const column of walk.order) void rows.order(quoteName(column));
            const after = position && 'after' in position ? afterKey(walk.key, position.after) : undefined;
            const filter = allOf([...conditions, after]);
            if (filter !== undefined) void rows.or(filter);
            return position && 'offset' in position
              ? rows.range(position.offset, position.offset + asked - 1)
              : rows.limit(asked);
          },
        };
      },
      { activity: `reading ${name}`, table: name },
      signal,
      {
        onFailure: (failure) => {
          if (failure.smaller) size.shrink();
        },
      },
    );
    const page = readPage(answer.data);
    size.learn(asked, page.rows.length, answer.bytes);
    return { ...page, bytes: answer.bytes };
  };
}
