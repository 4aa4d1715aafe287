import { toErrorRecord, toSynclineError } from '../core/errors.ts';
import type { Comparison, PulledTableRecord, PulledTarget } from '../core/ledger-port.ts';
import type { LocalCounts } from '../core/local-changes-port.ts';
import type { RowCounts } from '../core/local-ports.ts';
import type { Production } from '../core/ports.ts';
import { selectForPull, restrictCatalog } from '../core/rules/select-tables.ts';
import { findTable, tableKey, type Catalog, type Table, type TableKey } from '../core/schema/model.ts';
import { schemaDifferences } from './schema-differences.ts';
import { withSnapshot } from './with-snapshot.ts';
import type {
  ColumnStatus,
  Recovery,
  TableDrift,
  TableStatus,
  TargetStatus,
  WorkspaceStatus,
} from './workspace-status.ts';
import type { EngineContext } from './workspace.ts';

export interface StatusOptions {
  /** When given, its catalog is read: tables that were never pulled and alterations are then known. */
  readonly production: Production | undefined;
  readonly recovery: Recovery | undefined;
  readonly signal: AbortSignal;
}

/** How everything stands, from the ledger, the local file and, when it can be asked, production's catalog. */
export async function status(context: EngineContext, options: StatusOptions): Promise<WorkspaceStatus> {
  const target = await targetStatus(context, options);
  const found = context.local.inspect(context.paths.local);
  return {
    local: { path: context.paths.local, exists: found.exists, bytes: found.bytes },
    targets: [target],
    ...(options.recovery === undefined ? {} : { recovery: options.recovery }),
  };
}

type Asked = Pick<TargetStatus, 'address' | 'capabilities' | 'connectionError'> & {
  readonly catalog?: Catalog;
};

async function targetStatus(
  context: EngineContext,
  { production, signal }: StatusOptions,
): Promise<TargetStatus> {
  const { ledger, rules, target } = context;
  const { catalog, ...asked } =
    production === undefined ? { capabilities: [] } : await ask(production, signal);
  // Only now: a pull that ended meanwhile has replaced the local database, and the base of the one before.
  const pulled = ledger.pulled(target);
  const localExists = context.local.inspect(context.paths.local).exists;
  const visible = catalog === undefined ? undefined : restrictCatalog(catalog, selectForPull(catalog, rules));
  const local = localExists && pulled !== undefined ? localChanges(context, pulled) : undefined;
  const comparisons = new Map(ledger.comparisons(target).map((each) => [each.table, each] as const));

  const pulledTables = (pulled?.tables ?? []).map((record) =>
    pulledStatus(record, {
      pulledAt: pulled?.pulledAt ?? 0,
      now: catalog === undefined ? undefined : { table: findTable(catalog, record.table.key) },
      excluded: rules.file.tables[record.table.key]?.exclude ?? [],
      comparison: comparisons.get(record.table.key),
      local: local?.get(record.table.key),
      localExists,
    }),
  );
  const known = new Set(pulledTables.map((table) => table.table));
  const newTables = (visible?.tables ?? [])
    .filter((table) => !known.has(tableKey(table.name)))
    .map(neverPulledStatus);
  return {
    target,
    ...asked,
    protected: rules.file.targets[target]?.protected ?? true,
    ...(pulled === undefined ? {} : { pulledAt: new Date(pulled.pulledAt).toISOString() }),
    tables: [...pulledTables, ...newTables].sort((a, b) => (a.table < b.table ? -1 : 1)),
  };
}

async function ask(production: Production, signal: AbortSignal): Promise<Asked> {
  const { address } = production;
  try {
    const probe = await production.probe(signal);
    const catalog = await withSnapshot(production, signal, (snapshot) => snapshot.catalog(signal));
    return { address, capabilities: probe.capabilities, catalog };
  } catch (thrown) {
    const error = toSynclineError(thrown);
    if (error.code === 'CANCELLED') throw error;
    return { address, capabilities: [], connectionError: toErrorRecord(error) };
  }
}

/** No row is looked at while the file is surely as the pull left it. */
function localChanges(
  { local, ledger, paths, target }: EngineContext,
  pulled: PulledTarget,
): ReadonlyMap<TableKey, LocalCounts> {
  const none: RowCounts = { inserted: 0, updated: 0, deleted: 0 };
  const fingerprint = local.fingerprint(paths.local);
  if (fingerprint === pulled.fingerprint) {
    const trackings =
      pulled.tracking === undefined
        ? undefined
        : local.trackingOf(paths.local, pulled.tables, pulled.tracking);
    return new Map(
      pulled.tables.map(({ table }) => {
        const tracking = trackings?.get(table.key);
        return [table.key, { ...none, ...(tracking === undefined ? {} : { tracking }) }] as const;
      }),
    );
  }
  const changes = local.countLocalChanges(paths.local, pulled.basePath, pulled.tables, pulled.tracking);
  const clean =
    changes.size === pulled.tables.length && [...changes.values()].every((counts) => !hasChanges(counts));
  if (clean) ledger.saveFingerprint(target, fingerprint);
  return changes;
}

interface Known {
  readonly pulledAt: number;
  /** The table in production now, when production could be asked. */
  readonly now: { readonly table: Table | undefined } | undefined;
  /** Columns that are not read any more. */
  readonly excluded: readonly string[];
  readonly comparison: Comparison | undefined;
  readonly local: LocalCounts | undefined;
  readonly localExists: boolean;
}

function pulledStatus(record: PulledTableRecord, known: Known): TableStatus {
  const { table } = record;
  const differences = [
    ...(known.now === undefined
      ? (known.comparison?.schemaDifferences ?? [])
      : schemaDifferences(table, known.now.table, known.excluded)),
    ...(known.local !== undefined
      ? []
      : [known.localExists ? 'the local table is missing or altered' : 'the local database is missing']),
  ];
  return {
    table: table.key,
    drift: driftOf(differences, known.local, known.comparison?.counts),
    rows: record.rows,
    columns: table.columns.length,
    maskedColumns: record.columns.filter((column) => column.transformer !== 'keep').length,
    columnDetails: table.columns.map(({ source }, index) =>
      columnStatus(table.source, source, record.columns[index]),
    ),
    primaryKey: table.source.primaryKey?.columns ?? [],
    ...(known.local === undefined ? {} : localStatus(known.local)),
    ...(known.comparison === undefined
      ? {}
      : {
          production: known.comparison.counts,
          comparedAt: new Date(known.comparison.comparedAt).toISOString(),
        }),
    schemaDifferences: differences,
    pulledAt: new Date(known.pulledAt).toISOString(),
  };
}

function localStatus({ tracking, ...local }: LocalCounts): Pick<TableStatus, 'local' | 'tracking'> {
  return { local, ...(tracking === undefined ? {} : { tracking }) };
}

function neverPulledStatus(table: Table): TableStatus {
  return {
    table: tableKey(table.name),
    drift: 'never-pulled',
    ...(table.estimatedRows === undefined ? {} : { estimatedRows: table.estimatedRows }),
    columns: table.columns.length,
    maskedColumns: 0,
    columnDetails: table.columns.map((column) => columnStatus(table, column, undefined)),
    primaryKey: table.primaryKey?.columns ?? [],
    schemaDifferences: [],
  };
}

function columnStatus(
  table: Table,
  column: Table['columns'][number],
  treated: PulledTableRecord['columns'][number] | undefined,
): ColumnStatus {
  const foreignKey = table.foreignKeys.find((key) => key.columns.includes(column.name));
  const referenced = foreignKey?.references.columns[foreignKey.columns.indexOf(column.name)];
  return {
    column: column.name,
    transformer: treated?.transformer ?? 'keep',
    reason: treated?.reason ?? 'unclassified',
    detail: treated?.detail ?? 'not pulled yet',
    postgresType: column.postgresType,
    nullable: column.nullable,
    ...(foreignKey === undefined || referenced === undefined
      ? {}
      : { references: { table: tableKey(foreignKey.references.table), column: referenced } }),
  };
}

function driftOf(
  differences: readonly string[],
  local: RowCounts | undefined,
  production: RowCounts | undefined,
): TableDrift {
  if (differences.length > 0) return 'schema-differs';
  const here = local !== undefined && hasChanges(local);
  const there = production !== undefined && hasChanges(production);
  if (here && there) return 'both';
  if (here) return 'local-changes';
  return there ? 'production-changes' : 'in-step';
}

function hasChanges(counts: RowCounts): boolean {
  return counts.inserted + counts.updated + counts.deleted > 0;
}
