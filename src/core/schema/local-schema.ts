import { loadOrder } from './load-order.ts';
import type { TakeNote } from './local-draft.ts';
import { draftTables } from './local-draft.ts';
import { foreignKeysOf } from './local-foreign-keys.ts';
import { indexesOf } from './local-indexes.ts';
import { checksOf, createTableSql, primaryKeyOf, uniquesOf } from './local-table.ts';
import type { Catalog, Column, ReferentialAction, Table, TableKey } from './model.ts';

/** A column of a local table. */
export interface LocalColumn {
  /** Local name, unique within its table as SQLite compares names (without case). */
  readonly name: string;
  readonly source: Column;
  /** As CREATE TABLE declares it; gives the affinity that keeps the canonical cells as they are. */
  readonly declaredType: string;
}

/** A check that the local table enforces. */
export interface LocalCheck {
  readonly name: string;
  /** Local names of the columns that it mentions. */
  readonly columns: readonly string[];
  /** The expression, in SQLite's SQL. */
  readonly sql: string;
  /** `type`: keeps the column to its type's values (an enum's labels, 0 and 1). `constraint`: production's own check. */
  readonly origin: 'type' | 'constraint';
}

/** A unique constraint that the local table enforces; local column names. */
export interface LocalUnique {
  readonly name: string;
  readonly columns: readonly string[];
}

/** A foreign key that the local table enforces; local names on both ends. */
export interface LocalForeignKey {
  readonly name: string;
  readonly columns: readonly string[];
  readonly references: {
    readonly table: TableKey;
    readonly name: string;
    readonly columns: readonly string[];
  };
  readonly onDelete: ReferentialAction;
  readonly onUpdate: ReferentialAction;
}

export interface LocalIndex {
  readonly name: string;
  readonly sql: string;
}

/** A production table as it is created locally. */
export interface LocalTable {
  readonly key: TableKey;
  readonly name: string;
  readonly source: Table;
  /** In production's order, without the excluded ones. */
  readonly columns: readonly LocalColumn[];
  /** One CREATE TABLE statement without a semicolon. */
  readonly createSql: string;
  readonly indexes: readonly LocalIndex[];
  /** Local names of the primary key's columns; empty when there is none. */
  readonly primaryKey: readonly string[];
  readonly checks: readonly LocalCheck[];
  readonly uniques: readonly LocalUnique[];
  readonly foreignKeys: readonly LocalForeignKey[];
}

/** Something of production's that the local schema has otherwise, or not. */
export interface SchemaNote {
  readonly table: TableKey;
  /** The column, constraint or index, by production's name; the table's when it is about the whole table. */
  readonly object: string;
  readonly kind:
    | 'default'
    | 'check'
    | 'index'
    | 'unique'
    | 'foreign-key'
    | 'generated'
    | 'type'
    | 'name'
    | 'trigger'
    | 'key';
  /** A sentence for people. Quotes production's SQL, never rows. */
  readonly message: string;
}

export interface LocalSchema {
  /** Parents before children where references allow it. */
  readonly tables: readonly LocalTable[];
  readonly notes: readonly SchemaNote[];
}

/** Which tables come, and what of them. Columns by production's names. */
export interface LocalSelection {
  readonly tables: readonly TableKey[];
  readonly excludedColumns?: ReadonlyMap<TableKey, ReadonlySet<string>>;
  /** Masked columns: checks that mention them are left out, since masked values need not satisfy them. */
  readonly omitChecksOn?: ReadonlyMap<TableKey, ReadonlySet<string>>;
}

/**
 * The local tables for a selection of production's, and what is otherwise there. Deterministic: tables and names come in
 * the order of the tables' keys, whichever way the catalog was read. Throws CONFIG_UNKNOWN_TABLE.
 */
export function localSchemaOf(catalog: Catalog, selection: LocalSelection): LocalSchema {
  const { drafts, notes: draftNotes, claimIndexName } = draftTables(catalog, selection);
  const notes: SchemaNote[] = [...draftNotes];
  const byKey = new Map(drafts.map((draft) => [draft.key, draft]));
  const tables = drafts.map((draft): LocalTable => {
    const note: TakeNote = (kind, object, message) => notes.push({ table: draft.key, object, kind, message });
    const constraints = {
      primaryKey: primaryKeyOf(draft, note),
      checks: checksOf(draft, note),
      uniques: uniquesOf(draft, note),
      foreignKeys: foreignKeysOf(draft, byKey, note),
    };
    return {
      key: draft.key,
      name: draft.name,
      source: draft.source,
      columns: draft.columns,
      createSql: createTableSql(draft, constraints, note),
      indexes: indexesOf(draft, claimIndexName, note),
      ...constraints,
    };
  });
  return { tables: loadOrder(tables), notes };
}
