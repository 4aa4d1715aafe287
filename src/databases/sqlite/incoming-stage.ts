import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type { IncomingStage } from '../../core/incoming-port.ts';
import type { BaseTable } from '../../core/local-ports.ts';
import { keyColumnsOf } from '../../core/rows/row-change.ts';
import { foldName, quoteIdentifier } from '../../core/schema/identifiers.ts';
import type { Cell } from '../../core/values/cell.ts';
import type { SqliteDriver } from './driver.ts';
import { sqliteError } from './errors.ts';
import { flushFile } from './flush-file.ts';
import { removeFiles } from './remove.ts';

/** The name of the column that says of an incoming row that production has deleted it. */
export function goneColumnOf({ table, seenColumn }: BaseTable): string {
  const taken = new Set([seenColumn, ...table.columns.map((column) => column.name)].map(foldName));
  let name = '_syncline_gone';
  while (taken.has(name)) name = `_${name}`;
  return name;
}

/**
 * A new incoming file. Its tables have production's columns and key and nothing else: the rows are a part of their
 * tables only, so no other constraint could be judged.
 */
export function createIncoming(
  driver: SqliteDriver,
  path: string,
  tables: readonly BaseTable[],
): IncomingStage {
  mkdirSync(dirname(path), { recursive: true });
  removeFiles(path);
  const connection = driver.open(path, { mode: 'create', subject: 'stage' });
  const guarded = <Result>(work: () => Result): Result => {
    try {
      return work();
    } catch (error) {
      throw sqliteError(error, 'stage');
    }
  };
  guarded(() => {
    connection.pragma('journal_mode = OFF');
    connection.pragma('synchronous = OFF');
    for (const base of tables) connection.exec(tableSql(base));
  });
  const writers = new Map(
    tables.map((base) => {
      const names = [...base.table.columns.map((column) => column.name), base.seenColumn, goneColumnOf(base)];
      const insert = connection.prepare<Cell[]>(
        `INSERT OR REPLACE INTO ${quoteIdentifier(base.table.name)} (${names.map(quoteIdentifier).join(', ')})
         VALUES (${names.map(() => '?').join(', ')})`,
      );
      return [base.table.key, insert] as const;
    }),
  );
  return {
    path,
    batch: (work) =>
      guarded(() => {
        connection.exec('BEGIN');
        work();
        connection.exec('COMMIT');
      }),
    row: ({ table }, cells, seen) => guarded(() => writers.get(table.key)?.run(...cells, seen, 0n)),
    gone: ({ table }, key) =>
      guarded(() => {
        const cells = new Array<Cell>(table.columns.length).fill(null);
        for (const [place, column] of keyColumnsOf(table).entries()) cells[column] = key[place] ?? null;
        writers.get(table.key)?.run(...cells, null, 1n);
      }),
    finish: () =>
      guarded(() => {
        connection.close();
        flushFile(path);
      }),
    discard() {
      connection.close();
      removeFiles(path);
    },
  };
}

function tableSql(base: BaseTable): string {
  const columns = base.table.columns.map(
    (column) => `${quoteIdentifier(column.name)} ${column.declaredType}`,
  );
  const key = base.table.primaryKey.map(quoteIdentifier).join(', ');
  const extra = [
    `${quoteIdentifier(base.seenColumn)} BLOB`,
    `${quoteIdentifier(goneColumnOf(base))} INTEGER`,
  ];
  return `CREATE TABLE ${quoteIdentifier(base.table.name)} (${[...columns, ...extra].join(', ')}, PRIMARY KEY (${key}))`;
}
