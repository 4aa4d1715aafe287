import type { BaseTable } from '../../../core/local-ports.ts';
import { quoteIdentifier, quoteLiteral } from '../../../core/schema/identifiers.ts';
import type { Connection } from '../driver.ts';
import { presentRowidName, rowidName } from '../rowid.ts';

/** Conditions that keep a comparison to the rows that the log names: of the local table as `l`, of the base as `b`. */
export interface Restriction {
  readonly local: string;
  readonly base: string;
}

/** The restriction of a table by a log in `main`. Each row is met once, whatever its columns' collations take for equal. */
export function restrictionBy(connection: Connection, { table }: BaseTable, log: string): Restriction {
  const key = table.primaryKey.map(quoteIdentifier);
  const same = key.map((column, index) => `x.${column} IS c.k${index}`).join(' AND ');
  const among = (alias: string, schema: string, rowid: string | undefined): string => {
    const identity = rowid === undefined ? key : [rowid];
    const of = (row: string): string => identity.map((column) => `${row}.${column}`).join(', ');
    return `(${of(alias)}) IN (SELECT ${of('x')}
      FROM main.${quoteIdentifier(log)} AS c CROSS JOIN ${schema}.${quoteIdentifier(table.name)} AS x ON ${same}
      WHERE c."table" = ${quoteLiteral(table.name)})`;
  };
  return {
    local: among('l', 'main', presentRowidName(connection, table)),
    base: among('b', 'base', rowidName(table)),
  };
}
