import type { Row } from '../values/cell.ts';
import { tableKey, type Catalog, type TableKey } from '../schema/model.ts';
import { checkRules } from './check-rules.ts';
import { decideAll } from './decide-all.ts';
import { giveDomains } from './give-domains.ts';
import { planColumns } from './plan-columns.ts';
import type { MaskRules } from './rule.ts';
import type { MaskOptions, TransformerName } from './transformers.ts';

export type { TransformerName } from './transformers.ts';

/** Where a decision about a column came from. */
export type MaskReasonSource =
  'rule' | 'name' | 'type' | 'sample' | 'foreign-key' | 'safe' | 'unclassified' | 'generated';

/** What happens to one column, and why. */
export interface ColumnMask {
  readonly column: string;
  readonly transformer: TransformerName;
  readonly options: MaskOptions;
  /** Columns of one domain mask equal values alike. */
  readonly domain: string;
  /** Whether different values stay different: a key or unique index of this column, or of another of the domain, demands it. */
  readonly unique: boolean;
  /** Longest value in characters, where the column (or one tied to it by a foreign key) has a limit. */
  readonly maxLength?: number;
  /** The column, or one tied to it, compares without regard to case. */
  readonly caseInsensitive?: boolean;
  /** Integers: the narrowest of the columns that are tied together. */
  readonly bits?: number;
  /** json: domains whose values are made to be unique, so that those inside documents are made alike. */
  readonly uniqueDomains?: readonly string[];
  readonly reason: { readonly source: MaskReasonSource; readonly detail: string };
}

export interface TableMask {
  readonly table: TableKey;
  /** One for each column of the table, in its order, including those that are kept. */
  readonly columns: readonly ColumnMask[];
}

export interface MaskPlan {
  readonly tables: ReadonlyMap<TableKey, TableMask>;
}

export interface MaskPlanInput {
  readonly catalog: Catalog;
  readonly rules: MaskRules;
  /** Some rows of each table, in the order of the table's columns. A table without samples is masked by names and types. */
  readonly samples: ReadonlyMap<TableKey, readonly Row[]>;
  /** What happens to a text column that nothing classified. */
  readonly unclassified: 'mask' | 'keep';
}

/**
 * Decides for every column of the catalog how it is masked. Depends on nothing but its input.
 * @throws SynclineError CONFIG_UNKNOWN_TABLE, CONFIG_UNKNOWN_COLUMN, CONFIG_UNKNOWN_TRANSFORMER, MASKING_IMPOSSIBLE
 */
export function planMasking(input: MaskPlanInput): MaskPlan {
  checkRules(input.rules, input.catalog);
  const { columns, groups } = planColumns(input);
  const decided = decideAll(columns, groups);
  const tables = new Map<TableKey, TableMask>();
  for (const { name } of input.catalog.tables)
    tables.set(tableKey(name), { table: tableKey(name), columns: [] });
  for (const [column, mask] of giveDomains(columns, decided, groups)) {
    const columnsSoFar = tables.get(column.tableKey)?.columns ?? [];
    tables.set(column.tableKey, { table: column.tableKey, columns: [...columnsSoFar, mask] });
  }
  return { tables };
}

/** The columns that do not come out as they are in production. */
export function maskedColumns(mask: TableMask): string[] {
  return mask.columns.filter(({ transformer }) => transformer !== 'keep').map(({ column }) => column);
}
