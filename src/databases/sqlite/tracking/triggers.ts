/** The triggers that write the keys of changed rows into the log. */
import { foldName, quoteIdentifier, quoteLiteral } from '../../../core/schema/identifiers.ts';
import type { LocalTable } from '../../../core/schema/local-schema.ts';
import type { Connection } from '../driver.ts';
import { isWithoutRowid, rowidName } from '../rowid.ts';
import { isOurs, MARK, schemaObjects, type TrackingNames } from './objects.ts';

export interface TableTriggers {
  readonly triggers: readonly { readonly name: string; readonly sql: string }[];
  /**
   * Whether REPLACE may delete rows that no trigger sees, because a unique index computes its values or holds some rows
   * only. Then the log is trusted after the rows were counted.
   */
  readonly counted: boolean;
}

/**
 * The triggers for a table as it stands; undefined where rows cannot be told by their keys: there is no key, or its
 * columns may be NULL and the rowid has no name.
 *
 * They fire before the row is written: a REPLACE may delete, by a cascade, the very row that it is about to put in, and a
 * trigger of the developer's may keep those that fire afterwards from firing (RAISE(IGNORE)). Where only a trigger that
 * fires afterwards knows the key, such a trigger makes the table untrackable.
 *
 * What the triggers do must not depend on the statement that fires them: its OR REPLACE or OR ROLLBACK overrides any
 * conflict resolution of theirs, so that they look first whether a key is in the log already.
 */
export function triggersFor(
  connection: Connection,
  table: LocalTable,
  names: TrackingNames,
): TableTriggers | undefined {
  const columns = columnsOf(connection, table.name);
  const keyNames = new Set(table.primaryKey.map(foldName));
  const key = columns.filter(({ name }) => keyNames.has(foldName(name)));
  const withoutRowid = isWithoutRowid(connection, table.name);
  const rowid = withoutRowid ? undefined : rowidName(table);
  const mayBeNull = !withoutRowid && key.some(({ required, isRowid }) => !required && !isRowid);
  if (table.primaryKey.length === 0 || key.length !== table.primaryKey.length) return undefined;
  if (rowid === undefined && mayBeNull) return undefined;
  // A key that SQLite numbers, or a default in the place of a NULL, is known afterwards.
  const isGiven = key.every(({ isRowid, defaultSql }) => !isRowid && defaultSql === undefined);
  if (!isGiven && ignoresRows(connection, table.name)) return undefined;

  const uniques = uniqueIndexesOf(connection, table.name, columns);
  const byName = new Map(columns.map((column) => [column.name, column] as const));
  const sees = ({ parts }: UniqueIndex): boolean =>
    parts?.every(({ column }) => {
      const { defaultSql, required, isGenerated } = byName.get(column) ?? {};
      return isGenerated !== true && (required !== true || defaultSql === undefined || isLiteral(defaultSql));
    }) === true;
  const isKey = ({ parts }: UniqueIndex): boolean =>
    parts?.length === key.length &&
    parts.every(({ column, collation }) => keyNames.has(foldName(column)) && collation === 'BINARY');
  const conditions = uniques
    .filter((unique) => sees(unique) && !isKey(unique))
    .map(({ parts = [] }) =>
      parts.map(({ column, collation }) => {
        const name = quoteIdentifier(column);
        const { required, defaultSql } = byName.get(column) ?? {};
        // OR REPLACE puts the default in the place of a NULL that is not allowed, after triggers have seen it.
        const value =
          required === true && defaultSql !== undefined
            ? `coalesce(NEW.${name}, ${defaultSql})`
            : `NEW.${name}`;
        return { sql: `t.${name} = ${value} COLLATE ${quoteIdentifier(collation)}`, name };
      }),
    );
  // A row may be put in the place of another by its rowid, too.
  const keyIsRowid = key.length === 1 && key[0]?.isRowid === true;
  if (rowid !== undefined && !keyIsRowid)
    conditions.push([{ sql: `t.${rowid} = NEW.${rowid}`, name: rowid }]);

  const log = logger(table, names);
  const on = quoteIdentifier(table.name);
  const takes = conditions.map((parts) =>
    log('t', `${on} AS t WHERE ${parts.map(({ sql }) => sql).join(' AND ')} AND`),
  );
  const trigger = (event: string, timing: string, body: readonly string[]) => {
    const name = names.trigger(event, table.name);
    return {
      name,
      sql: `CREATE TRIGGER ${quoteIdentifier(name)} ${timing} BEGIN ${MARK} ${body.map((line) => `${line};`).join(' ')} END`,
    };
  };
  const update = [log('OLD', ''), log('NEW', `(${changed(table.primaryKey.map(quoteIdentifier))}) AND`)];
  const taking = [...new Set(conditions.flatMap((parts) => parts.map(({ name }) => name)))];
  return {
    counted: !uniques.every(sees),
    triggers: [
      trigger('insert', `BEFORE INSERT ON ${on}`, [log('NEW', ''), ...takes]),
      trigger('update', `BEFORE UPDATE ON ${on}`, update),
      trigger('delete', `BEFORE DELETE ON ${on}`, [log('OLD', '')]),
      ...(isGiven ? [] : [trigger('insert after', `AFTER INSERT ON ${on}`, [log('NEW', '')])]),
      ...(takes.length === 0
        ? []
        : [trigger('update taking', `BEFORE UPDATE ON ${on} WHEN ${changed(taking)}`, takes)]),
    ],
  };
}

function changed(columns: readonly string[]): string {
  return columns.map((name) => `NEW.${name} COLLATE BINARY IS NOT OLD.${name}`).join(' OR ');
}

/** Whether a trigger of the developer's may end the work on a row before ours have fired. */
function ignoresRows(connection: Connection, table: string): boolean {
  return schemaObjects(connection).some(
    (object) =>
      object.type === 'trigger' &&
      foldName(object.table) === foldName(table) &&
      !isOurs(object) &&
      /\braise\b[^;]*\bignore\b/i.test(object.sql),
  );
}

/** Makes the statement that logs the keys of rows: of NEW, of OLD, or of rows `t` of a table. */
function logger(table: LocalTable, { log }: TrackingNames): (row: string, from: string) => string {
  const name = quoteLiteral(table.name);
  const places = table.primaryKey.map((_, index) => `k${index}`);
  return (row, from) => {
    const cells = table.primaryKey.map((column) => `${row}.${quoteIdentifier(column)}`);
    // The plus takes the column's affinity away, with which the log's index could not be used.
    const same = places.map((place, index) => `${place} IS +${cells[index] ?? ''}`).join(' AND ');
    const source = row === 't' ? `FROM ${from}` : `WHERE ${from}`;
    return `INSERT INTO ${quoteIdentifier(log)} ("table", ${places.join(', ')})
      SELECT ${name}, ${cells.join(', ')} ${source}
      NOT EXISTS (SELECT 1 FROM ${quoteIdentifier(log)} WHERE "table" = ${name} AND ${same})`;
  };
}

interface PresentColumn {
  readonly name: string;
  readonly required: boolean;
  readonly defaultSql: string | undefined;
  readonly isGenerated: boolean;
  /** Another name of the rowid. */
  readonly isRowid: boolean;
}

function columnsOf(connection: Connection, table: string): readonly PresentColumn[] {
  const columns = connection
    .prepare<
      [string],
      { name: string; type: string; notnull: bigint; dflt_value: string | null; pk: bigint; hidden: bigint }
    >(`SELECT name, type, "notnull", dflt_value, pk, hidden FROM pragma_table_xinfo(?, 'main')`)
    .all(table);
  const keyIndexes = connection
    .prepare<[string], bigint>(`SELECT count(*) FROM pragma_index_list(?, 'main') WHERE origin = 'pk'`)
    .pluck()
    .get(table);
  return columns.map(({ name, notnull, dflt_value, pk, hidden }) => ({
    name,
    required: notnull === 1n,
    defaultSql: dflt_value ?? undefined,
    isGenerated: hidden !== 0n,
    // A key that is the rowid needs no index.
    isRowid: pk > 0n && keyIndexes === 0n,
  }));
}

interface UniqueIndex {
  /** Undefined when it holds some rows only, or values that are computed. */
  readonly parts: readonly { readonly column: string; readonly collation: string }[] | undefined;
}

function uniqueIndexesOf(
  connection: Connection,
  table: string,
  columns: readonly PresentColumn[],
): readonly UniqueIndex[] {
  const indexes = connection
    .prepare<[string], { name: string; partial: bigint }>(
      `SELECT name, partial FROM pragma_index_list(?, 'main') WHERE "unique" = 1 ORDER BY name`,
    )
    .all(table);
  const known = new Set(columns.map(({ name }) => name));
  const partsOf = connection.prepare<[string], { name: string | null; coll: string }>(
    `SELECT name, coll FROM pragma_index_xinfo(?, 'main') WHERE key = 1 ORDER BY seqno`,
  );
  return indexes.map(({ name, partial }) => {
    const parts = partsOf
      .all(name)
      .flatMap((part) =>
        part.name !== null && known.has(part.name) ? [{ column: part.name, collation: part.coll }] : [null],
      );
    const named = parts.filter((part) => part !== null);
    return { parts: partial === 1n || named.length < parts.length ? undefined : named };
  });
}

/** Whether a default is the same whenever it is computed. */
function isLiteral(sql: string): boolean {
  return /^(?:[+-]?\d+(?:\.\d+)?|'(?:[^']|'')*'|NULL|TRUE|FALSE)$/i.test(sql.trim());
}
