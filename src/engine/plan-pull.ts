import type { LocalTable, SchemaNote } from '../core/schema/local-schema.ts';
import { localSchemaOf } from '../core/schema/local-schema.ts';
import { maskedColumns, planMasking, type MaskPlan, type TableMask } from '../core/masking/plan.ts';
import { readMaskRule, type MaskRule, type MaskRules } from '../core/masking/rule.ts';
import { SynclineError } from '../core/errors.ts';
import type { ProductionSnapshot, RowCondition } from '../core/ports.ts';
import type { ParsedWorkspaceFile } from '../core/rules/parse-workspace-file.ts';
import type { RowFilter } from '../core/rules/row-filter.ts';
import { namedSets, rowScopes } from '../core/rules/row-scopes.ts';
import { restrictCatalog, selectForPull } from '../core/rules/select-tables.ts';
import { WORKSPACE_FILE_NAME } from '../core/rules/workspace-file.ts';
import { tableKey, type Catalog, type Table, type TableKey } from '../core/schema/model.ts';
import type { Row } from '../core/values/cell.ts';
import { rowDecoder } from './decode-rows.ts';

/** Rows of each table that are looked at to classify its columns. They stay in memory. */
const SAMPLE_ROWS = 100;

export interface PlannedTable {
  readonly local: LocalTable;
  /** The columns that are read, by production's names, in the order of `local.columns`. */
  readonly columns: readonly string[];
  /** Absent for a raw pull. */
  readonly mask?: TableMask;
  /** Only rows that meet all of these are read; and those that rows refer to. */
  readonly where: readonly RowCondition[];
  /** The same as the workspace file has it. */
  readonly filter?: RowFilter;
  /** Exact number of rows to read when the plan was made. */
  readonly rows: number;
}

/** What a pull is going to do, decided before anything is written. */
export interface PullPlan {
  /** Production's catalog as it was read, whole. */
  readonly catalog: Catalog;
  /** Undefined for a raw pull. */
  readonly masks: MaskPlan | undefined;
  readonly tables: readonly PlannedTable[];
  readonly notes: readonly SchemaNote[];
  readonly warnings: readonly string[];
}

export interface PlanOptions {
  readonly masked: boolean;
  /** Milliseconds since the epoch: what "now" means in conditions. */
  readonly now: number;
  readonly signal: AbortSignal;
  /** Told the tables done and all tables, while samples and counts are read. */
  readonly onTable: (table: TableKey, done: number, total: number) => void;
}

/**
 * Reads the catalog, samples and counts, and decides tables, masking and local schema.
 * Throws REMOTE_EMPTY, CONFIG_INVALID, CONFIG_UNKNOWN_*, MASKING_IMPOSSIBLE, and what the snapshot throws.
 */
export async function planPull(
  snapshot: ProductionSnapshot,
  rules: ParsedWorkspaceFile,
  options: PlanOptions,
): Promise<PullPlan> {
  const catalog = await snapshot.catalog(options.signal);
  if (catalog.tables.length === 0) throw new SynclineError('REMOTE_EMPTY', 'The target shows no tables.');
  const selection = selectForPull(catalog, rules);
  const restricted = restrictCatalog(catalog, selection);
  const scopes = rowScopes(restricted, rules, options.now);
  namedSets(restricted, rules, options.now);

  const samples = new Map<TableKey, readonly Row[]>();
  const counts = new Map<TableKey, number>();
  for (const [done, table] of restricted.tables.entries()) {
    const key = tableKey(table.name);
    options.onTable(key, done, restricted.tables.length);
    // Counting locks the table against being altered until the snapshot ends, as pg_dump does.
    counts.set(key, await snapshot.countRows(table, options.signal, scopes.get(key)));
    // Of all rows: how a value is masked must not depend on which rows somebody wants.
    if (options.masked) samples.set(key, await readSample(snapshot, table, options.signal));
  }

  const masks: MaskPlan | undefined = options.masked
    ? planMasking({
        catalog: restricted,
        rules: maskRulesOf(rules, new Set(selection.tables)),
        samples,
        unclassified: rules.file.defaults.unclassified,
      })
    : undefined;

  const schema = localSchemaOf(catalog, {
    tables: selection.tables,
    excludedColumns: selection.excludedColumns,
    omitChecksOn: new Map(
      [...(masks?.tables ?? [])].map(([key, mask]) => [key, new Set(maskedColumns(mask))] as const),
    ),
  });
  const tables = schema.tables.map((local): PlannedTable => {
    const mask = masks?.tables.get(local.key);
    const filter = rules.file.tables[local.key]?.where;
    return {
      local,
      columns: local.columns.map((column) => column.source.name),
      ...(mask === undefined ? {} : { mask }),
      where: scopes.get(local.key) ?? [],
      ...(filter === undefined ? {} : { filter }),
      rows: counts.get(local.key) ?? 0,
    };
  });
  return { catalog, masks, tables, notes: schema.notes, warnings: selection.warnings };
}

async function readSample(snapshot: ProductionSnapshot, table: Table, signal: AbortSignal): Promise<Row[]> {
  const columns = table.columns.map((column) => column.name);
  if (columns.length === 0) return [];
  const decode = rowDecoder(table.columns);
  const rows: Row[] = [];
  for await (const batch of snapshot.readRows({ table, columns, limit: SAMPLE_ROWS, signal })) {
    for (const row of batch.rows) rows.push(decode(row));
  }
  return rows;
}

/** The mask rules of the columns that are read. What is wrong with one is told with its line and column. */
function maskRulesOf(rules: ParsedWorkspaceFile, selected: ReadonlySet<TableKey>): MaskRules {
  const tables = Object.entries(rules.file.tables).filter(([key]) => selected.has(key));
  return new Map(
    tables.map(([key, table]) => {
      const columns = Object.entries(table.mask ?? {}).filter(
        ([column]) => table.exclude?.includes(column) !== true,
      );
      const parsed = columns.map(
        ([column, setting]) => [column, maskRuleOf(rules, key, column, setting)] as const,
      );
      return [key, new Map(parsed)] as const;
    }),
  );
}

function maskRuleOf(rules: ParsedWorkspaceFile, table: TableKey, column: string, setting: unknown): MaskRule {
  try {
    return readMaskRule(setting, `${table}.${column}`);
  } catch (error) {
    if (!(error instanceof SynclineError)) throw error;
    const position = rules.positionOf(['tables', table, 'mask', column]);
    throw new SynclineError(
      error.code,
      `${WORKSPACE_FILE_NAME}:${position.line}:${position.column}: ${error.message}`,
      { ...error.details, ...position },
    );
  }
}
