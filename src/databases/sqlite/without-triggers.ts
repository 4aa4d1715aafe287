import { quoteIdentifier } from '../../core/schema/identifiers.ts';
import type { Connection } from './driver.ts';

interface Trigger {
  readonly name: string;
  readonly sql: string;
}

/**
 * Works inside the running transaction while the triggers of the named tables are away: what production did is not the
 * developer's doing, and his triggers would do it again.
 */
export function withoutTriggers<Result>(
  connection: Connection,
  tables: readonly string[],
  work: () => Result,
): Result {
  const find = connection.prepare<[string], Trigger>(
    `SELECT name, sql FROM main.sqlite_schema WHERE type = 'trigger' AND tbl_name = ? COLLATE NOCASE ORDER BY rowid`,
  );
  const triggers = tables.flatMap((table) => find.all(table));
  for (const { name } of triggers) connection.exec(`DROP TRIGGER main.${quoteIdentifier(name)}`);
  const result = work();
  for (const { sql } of triggers) connection.exec(sql);
  return result;
}
