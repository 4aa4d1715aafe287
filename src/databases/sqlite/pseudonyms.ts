/** Looking for cells that a pull made up. */
import { randomBytes } from 'node:crypto';
import type { IncomingTable } from '../../core/incoming-port.ts';
import { FingerprintSet, fingerprinter } from '../../core/masking/fingerprint-set.ts';
import { maskingKey } from '../../core/masking/masking-key.ts';
import { foldName, quoteIdentifier } from '../../core/schema/identifiers.ts';
import { collationOf } from '../../core/schema/local-type.ts';
import type { LocalColumn, LocalTable } from '../../core/schema/local-schema.ts';
import type { Cell } from '../../core/values/cell.ts';
import type { Connection, SqliteDriver } from './driver.ts';
import { sqliteError } from './errors.ts';
import { requireBase } from './local-changes.ts';

/** As much of a cell as is indexed, in characters or bytes: masked documents may be long. */
const INDEXED = 64;

/** See {@link LocalDatabase.indexPseudonyms}. */
export function indexPseudonyms(
  driver: SqliteDriver,
  basePath: string,
  tables: readonly IncomingTable[],
): void {
  requireBase(basePath);
  const connection = driver.open(basePath, { mode: 'write', subject: 'stage' });
  try {
    for (const { table, maskedColumns } of tables) {
      const masked = new Set(maskedColumns);
      for (const column of table.columns.filter(({ source }) => masked.has(source.name))) {
        connection.exec(indexSql(table, column));
      }
    }
  } catch (error) {
    throw sqliteError(error, 'stage');
  } finally {
    connection.close();
  }
}

function indexSql(table: LocalTable, column: LocalColumn): string {
  const name = `_syncline_pseudonym ${JSON.stringify([table.name, column.name].map(foldName))}`;
  const cell = quoteIdentifier(column.name);
  return `CREATE INDEX IF NOT EXISTS ${quoteIdentifier(name)} ON ${quoteIdentifier(table.name)}
    (${beginningOf(cell)} ${collateSql(column)}) WHERE ${cell} IS NOT NULL`;
}

function beginningOf(cell: string): string {
  return `substr(${cell}, 1, ${INDEXED})`;
}

function collateSql({ source }: LocalColumn): string {
  return `COLLATE ${collationOf(source.type) ?? 'BINARY'}`;
}

/** Look-ups in a column after which it may pay to read the whole column. */
const FEW = 1000;

/** A read column is held in memory by fingerprints, 16 bytes each. */
const MOST_HELD = 2_000_000;

/**
 * Compiles the look-up in a column of a base attached as `base`. It takes the whole column's length without its index.
 * After as many look-ups as reading the column would have cost it is read, and most cells are judged in memory from then on.
 */
export function pseudonymFinder(
  connection: Connection,
  table: LocalTable,
  column: LocalColumn,
): (cell: Exclude<Cell, null>) => boolean {
  const cell = quoteIdentifier(column.name);
  const name = `base.${quoteIdentifier(table.name)}`;
  const find = connection.prepare<[Cell, Cell], bigint>(
    `SELECT 1 FROM ${name}
     WHERE ${beginningOf(cell)} = ${beginningOf('?')} ${collateSql(column)} AND ${cell} = ? LIMIT 1`,
  );
  let mayHold: ((text: string) => boolean) | undefined;
  let [lookUps, enough] = [0, FEW];
  const weigh = (): void => {
    const rows = Number(connection.prepare<[], bigint>(`SELECT count(*) FROM ${name}`).pluck().get() ?? 0n);
    enough = rows > MOST_HELD ? Number.POSITIVE_INFINITY : Math.max(FEW, rows / 4);
    if (lookUps >= enough) mayHold = heldTexts(connection, `SELECT ${cell} FROM ${name}`);
  };
  return (value) => {
    lookUps += 1;
    if (lookUps === FEW || (lookUps >= enough && mayHold === undefined)) weigh();
    if (typeof value === 'string' && mayHold?.(value) === false) return false;
    return find.get(value, value) !== undefined;
  };
}

/** Whether a text may be among those that a query gives, in any case: a few are taken for one that is. */
function heldTexts(connection: Connection, sql: string): (text: string) => boolean {
  const fingerprint = fingerprinter(maskingKey(randomBytes(32).toString('base64')));
  const held = new FingerprintSet(MOST_HELD);
  for (const cell of connection.prepare<[], Cell>(sql).pluck().iterate()) {
    if (typeof cell === 'string') held.add(fingerprint(cell.toLowerCase()));
  }
  return (text) => held.has(fingerprint(text.toLowerCase()));
}
