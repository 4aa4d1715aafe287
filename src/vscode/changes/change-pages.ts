/** Changed rows as the tree lists them: page by page, and read again only when something may have changed. */
import type { ListedChange } from '../../engine/changes-report.ts';
import type { ChangedTableNode } from '../tree/change-nodes.ts';

export interface ListedRows {
  readonly rows: readonly ListedChange[];
  /** Rows beyond these. */
  readonly more: number;
  /** Why none can be listed, when none can. */
  readonly obstacle?: string;
}

export interface ChangePages {
  /** The rows that are listed of a table; its first page when none are yet. Rejects with what the reading throws. */
  list(table: ChangedTableNode): Promise<ListedRows>;
  /** Lists another page. */
  listMore(table: ChangedTableNode): Promise<void>;
}

export interface ChangePagesOptions {
  readonly read: (table: ChangedTableNode, offset: number, limit: number) => Promise<ListedRows>;
  /** Equal as long as the rows are surely the same. */
  readonly stampOf: (table: ChangedTableNode) => Promise<string>;
}

/** Rows that are listed at once; few enough to be there at once. */
export const ROWS_PER_PAGE = 50;

/** Tables whose rows are kept; those of the ones looked at longest ago are forgotten. */
const MOST_TABLES = 50;

interface Kept extends ListedRows {
  readonly stamp: string;
}

export function createChangePages({ read, stampOf }: ChangePagesOptions): ChangePages {
  const kept = new Map<string, Kept>();
  const reading = new Map<string, Promise<Kept>>();

  const keep = (id: string, rows: Kept): Kept => {
    kept.delete(id);
    kept.set(id, rows);
    const [oldest] = kept.keys();
    if (kept.size > MOST_TABLES && oldest !== undefined) kept.delete(oldest);
    return rows;
  };

  const readFresh = async (table: ChangedTableNode): Promise<Kept> => {
    const stamp = await stampOf(table);
    const known = kept.get(table.id);
    if (known?.stamp === stamp) return known;
    const limit = Math.max(ROWS_PER_PAGE, known?.rows.length ?? 0);
    return keep(table.id, { stamp, ...(await read(table, 0, limit)) });
  };

  const list = (table: ChangedTableNode): Promise<Kept> => {
    const under = reading.get(table.id);
    if (under !== undefined) return under;
    const started = readFresh(table).finally(() => reading.delete(table.id));
    reading.set(table.id, started);
    return started;
  };

  return {
    list,
    async listMore(table) {
      const { stamp, rows } = await list(table);
      const next = await read(table, rows.length, ROWS_PER_PAGE);
      keep(table.id, { stamp, rows: [...rows, ...next.rows], more: next.more });
    },
  };
}
