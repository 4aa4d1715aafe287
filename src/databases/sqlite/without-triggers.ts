import { foldName, quoteIdentifier } from '../../core/schema/identifiers.ts';
import type { Connection } from './driver.ts';

interface Trigger {
  readonly name: string;
  readonly table: string;
  readonly sql: string;
}

/**
 * Works inside the running transaction while the triggers of the named tables are away: what production did is not the
 * developer's doing, and his triggers would do it again. They come back in their order, which is the order they fire in.
 */
export function withoutTriggers<Result>(
  connection: Connection,
  tables: readonly string[],
  work: () => Result,
): Result {
  const concerned = new Set(tables.map(foldName));
  const triggers = connection
    .prepare<[], Trigger>(
      `SELECT name, tbl_name AS "table", sql FROM main.sqlite_schema WHERE type = 'trigger' ORDER BY rowid`,
    )
    .all()
    .filter(({ table }) => concerned.has(foldName(table)));
  for (const { name } of triggers) connection.exec(`DROP TRIGGER main.${quoteIdentifier(name)}`);
  const result = work();
  for (const { sql } of triggers) connection.exec(sql);
  return result;
}
