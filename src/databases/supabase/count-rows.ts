import { SynclineError } from '../../core/errors.ts';
import type { RowCondition } from '../../core/ports.ts';
import type { Table } from '../../core/schema/model.ts';
import { tableKey } from '../../core/schema/model.ts';
import { allOf, conditionFilter, quoteName } from './postgrest-syntax.ts';
import type { RestSession } from './rest-session.ts';
import { requestRest } from './rest-session.ts';

/** A table's place under `/rest/v1/`. */
export function tablePath(table: Table): string {
  return encodeURIComponent(table.name.name);
}

/**
 * Exact number of rows that the key may see, of all or of those that meet conditions. Throws SynclineErrors of the
 * REMOTE_ family, or CANCELLED.
 */
export async function countRows(
  session: RestSession,
  table: Table,
  where: readonly RowCondition[] | undefined,
  signal: AbortSignal,
): Promise<number> {
  const name = tableKey(table.name);
  const context = { activity: `counting ${name}`, table: name };
  const column = table.primaryKey?.columns[0] ?? table.columns[0]?.name;
  const filter = allOf((where ?? []).map(conditionFilter));
  const select = column === undefined ? '*' : `n:${quoteName(column)}`;
  // The answer to HEAD has no body, so a failure would not say what failed: then the same is asked with GET.
  const count = (head: boolean) =>
    requestRest(
      session,
      () => ({
        select,
        build: (client) => {
          const rows = client
            .schema(table.name.schema)
            .from(tablePath(table))
            .select('*', { count: 'exact', head })
            .limit(1);
          return filter === undefined ? rows : rows.or(filter);
        },
      }),
      context,
      signal,
      { accept: (answer) => head && answer.status >= 400 && answer.status < 500 && answer.status !== 429 },
    );
  let answer = await count(true);
  if (answer.status >= 400) answer = await count(false);
  const total = /\/(\d+)$/.exec(answer.headers.get('content-range') ?? '')?.[1];
  if (total === undefined) {
    throw new SynclineError('REMOTE_PROTOCOL', `The server did not count the rows of ${name}.`, {
      table: name,
    });
  }
  return Number(total);
}
