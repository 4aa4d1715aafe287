import type { Row } from '../values/cell.ts';
import { tableKey, type Catalog, type Column, type TableKey } from '../schema/model.ts';
import type { MaskOptions, MaskRules, TransformerName } from './rule.ts';

export type { TransformerName } from './rule.ts';

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
  /** Whether a key or unique index demands that different values stay different. */
  readonly unique: boolean;
  /** Longest value in characters, where the column (or one tied to it by a foreign key) has a limit. */
  readonly maxLength?: number;
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
  const tables = new Map<TableKey, TableMask>();
  for (const table of input.catalog.tables) {
    const key = tableKey(table.name);
    const rules = input.rules.get(key);
    const columns = table.columns.map((column): ColumnMask => {
      const rule = rules?.get(column.name);
      const transformer = rule?.transformer ?? byType(column);
      return {
        column: column.name,
        transformer,
        options: rule?.options ?? {},
        domain: rule?.options?.domain ?? transformer,
        unique: false,
        reason: { source: rule ? 'rule' : 'type', detail: column.postgresType },
      };
    });
    tables.set(key, { table: key, columns });
  }
  return { tables };
}

function byType(column: Column): TransformerName {
  return column.type.kind === 'text' ? 'hash' : 'keep';
}

/** The columns that do not come out as they are in production. */
export function maskedColumns(mask: TableMask): string[] {
  return mask.columns.filter(({ transformer }) => transformer !== 'keep').map(({ column }) => column);
}
