/** Brings the rows that other rows refer to, and those that they refer to, until none is missing. */
import type { ProductionSnapshot } from '../../core/ports.ts';
import type { LocalForeignKey, LocalTable } from '../../core/schema/local-schema.ts';
import type { TableKey } from '../../core/schema/model.ts';
import type { Cell, PostgresTextRow, Row } from '../../core/values/cell.ts';
import { encodeRow } from '../../core/values/row-encoding.ts';
import { readByColumns, VALUES_AT_ONCE } from './read-by-columns.ts';

export interface ParentOptions {
  /** All tables whose references are followed, and to which they lead. */
  readonly tables: readonly LocalTable[];
  /** Whether a row of the table may be missing now. */
  readonly mayMiss: (parent: TableKey) => boolean;
  /** Compiles whether a row is there, by its masked values. */
  readonly has: (parent: LocalTable, columns: readonly string[]) => (cells: Row) => boolean;
  /** Takes rows of a parent table in, and tells `saw` of them. */
  readonly take: (parent: LocalTable, rows: readonly PostgresTextRow[]) => void;
  readonly snapshot: ProductionSnapshot;
  readonly signal: AbortSignal;
}

/**
 * The raw values by which production is asked stay in memory, for one batch of rows at a time; what was brought is known
 * by the masked rows that were taken in, of which there are only ever more. So circles end.
 */
export interface ParentBringer {
  /** Notes what a row refers to: `text` as production has it, `masked` as it was taken in. */
  saw(table: TableKey, text: PostgresTextRow, masked: Row): void;
  /** Brings what the rows that were seen refer to. Call it after each batch. */
  bring(): Promise<void>;
}

/** A foreign key, as rows of the child carry it. */
interface Reference {
  readonly parent: LocalTable;
  readonly wanted: Wanted;
  /** Where the child's rows have it. */
  readonly indexes: readonly number[];
}

/** Rows of one table that are to be looked for by some columns. */
interface Wanted {
  readonly parent: LocalTable;
  /** By production's names. */
  readonly columns: readonly string[];
  readonly isThere: (cells: Row) => boolean;
  /** By their masked values. */
  readonly pending: Map<string, { readonly cells: Row; readonly texts: readonly string[] }>;
}

export function parentBringer(options: ParentOptions): ParentBringer {
  const { tables, mayMiss, take, snapshot, signal } = options;
  const wanted = new Map<string, Wanted>();
  const referencesOf = new Map(
    tables.map((table) => [table.key, compileReferences(table, options, wanted)] as const),
  );
  const nextWanted = (): Wanted | undefined => [...wanted.values()].find(({ pending }) => pending.size > 0);
  return {
    saw(table, text, masked) {
      for (const { parent, wanted: into, indexes } of referencesOf.get(table) ?? []) {
        if (!mayMiss(parent.key)) continue;
        const cells = indexes.map((index) => masked[index] ?? null);
        const texts = indexes.flatMap((index) => text[index] ?? []);
        if (texts.length < indexes.length || cells.includes(null)) continue;
        into.pending.set(identity(cells), { cells, texts });
      }
    },
    async bring() {
      for (let next = nextWanted(); next !== undefined; next = nextWanted()) {
        signal.throwIfAborted();
        const { parent, columns: by, pending, isThere } = next;
        const missing: (readonly string[])[] = [];
        for (const [key, { cells, texts }] of pending) {
          if (missing.length >= VALUES_AT_ONCE) break;
          pending.delete(key);
          if (!isThere(cells)) missing.push(texts);
        }
        if (missing.length === 0) continue;
        const columns = parent.columns.map(({ source }) => source.name);
        const request = { table: parent.source, columns, by, values: missing, signal };
        for await (const rows of readByColumns(snapshot, request)) take(parent, rows);
      }
    },
  };
}

function compileReferences(
  table: LocalTable,
  { tables, has }: ParentOptions,
  wanted: Map<string, Wanted>,
): readonly Reference[] {
  return table.foreignKeys.flatMap((key): Reference[] => {
    const parent = tables.find((each) => each.key === key.references.table);
    if (parent === undefined) return [];
    const name = JSON.stringify([parent.key, key.references.columns]);
    const known = wanted.get(name) ?? wantedBy(parent, key, has);
    wanted.set(name, known);
    const indexes = key.columns.map((column) => table.columns.findIndex((each) => each.name === column));
    return [{ parent, wanted: known, indexes }];
  });
}

function wantedBy(parent: LocalTable, key: LocalForeignKey, has: ParentOptions['has']): Wanted {
  const { columns } = key.references;
  return {
    parent,
    columns: columns.map(
      (column) => parent.columns.find((each) => each.name === column)?.source.name ?? column,
    ),
    isThere: has(parent, columns),
    pending: new Map(),
  };
}

function identity(cells: readonly Cell[]): string {
  return Buffer.from(encodeRow(cells)).toString('latin1');
}
