import { SynclineError } from '../core/errors.ts';
import type { Comparison, PulledTableRecord, PulledTarget } from '../core/ledger-port.ts';
import type { BaseReader, RowCounts } from '../core/local-ports.ts';
import type { MaskingKey } from '../core/masking/masking-key.ts';
import type { Production, ProductionSnapshot } from '../core/ports.ts';
import { findTable, type Catalog, type TableKey } from '../core/schema/model.ts';
import { findChanges } from './changes/find-changes.ts';
import { watermarksOf } from './changes/watermark.ts';
import { compareKeyless } from './compare-rows.ts';
import { requireAllRows } from './require-all-rows.ts';
import { schemaDifferences } from './schema-differences.ts';
import { basePath } from './state-files.ts';
import { withSnapshot } from './with-snapshot.ts';
import type { EngineContext } from './workspace.ts';

export interface CompareOptions {
  readonly production: Production;
  /** Needed where the last pull masked columns. */
  readonly maskingKey?: MaskingKey;
  readonly signal: AbortSignal;
}

/**
 * Finds what production changed since the last sync, by the best method that the target offers, and takes nothing in; the
 * counts go into the ledger. Tables that were never pulled are left out. Throws LOCAL_NOT_FOUND when nothing was pulled,
 * MASKING_KEY_MISSING when the pull was masked and no key, or another one, is given, and REMOTE_ errors.
 */
export async function compare(
  context: EngineContext,
  options: CompareOptions,
): Promise<readonly Comparison[]> {
  const { ledger, local, target } = context;
  const pulled = requirePulled(context, options);
  // Before anything is waited for: a pull that ends meanwhile deletes the file, not what is open of it.
  const base = local.openBase(pulled.basePath);
  try {
    requireAllRows(await options.production.probe(options.signal));
    const comparisons = await withSnapshot(options.production, options.signal, async (snapshot) => {
      const catalog = await snapshot.catalog(options.signal);
      const readable = pulled.tables.filter((record) => isReadable(record, catalog));
      const counts = new Map([
        ...(await compareKeyed(context, options, { pulled, readable, base, snapshot })),
        ...(await compareWithoutKeys(options, context.clock(), { readable, base, snapshot })),
      ]);
      return pulled.tables.map((record) => describe(context, record, catalog, counts.get(record.table.key)));
    });
    // A pull that was made meanwhile has another base, about which this says nothing.
    if (ledger.pulled(target)?.run === pulled.run) ledger.saveComparisons(target, comparisons);
    return comparisons;
  } finally {
    base.close();
  }
}

export function requirePulled(
  { ledger, target }: EngineContext,
  { maskingKey }: Pick<CompareOptions, 'maskingKey'>,
): PulledTarget {
  const pulled = ledger.pulled(target);
  if (pulled === undefined) throw new SynclineError('LOCAL_NOT_FOUND', `${target} was never pulled.`);
  if (pulled.maskingKey !== null && pulled.maskingKey !== maskingKey?.fingerprint) {
    throw new SynclineError(
      'MASKING_KEY_MISSING',
      'The last pull was masked with another masking key: production cannot be compared without that key.',
    );
  }
  return pulled;
}

interface Compared {
  readonly readable: readonly PulledTableRecord[];
  readonly base: BaseReader;
  readonly snapshot: ProductionSnapshot;
}

async function compareKeyed(
  context: EngineContext,
  { maskingKey, signal }: CompareOptions,
  { pulled, readable, base, snapshot }: Compared & { readonly pulled: PulledTarget },
): Promise<(readonly [TableKey, RowCounts])[]> {
  const { local, ledger, paths, rules, target, clock } = context;
  const records = readable.filter(({ table }) => table.primaryKey.length > 0);
  const incoming = local.createIncoming(basePath(paths, `${context.newRunId()}-compared`), records);
  try {
    const { tables } = await findChanges({
      records,
      snapshot,
      base,
      incoming,
      marks: pulled.marks,
      held: ledger.held(target),
      maskingKey,
      watermarks: watermarksOf(rules),
      method: undefined,
      now: clock(),
      signal,
      onRead: () => undefined,
    });
    return tables.map(({ record, counts }) => [record.table.key, counts] as const);
  } finally {
    incoming.discard();
  }
}

async function compareWithoutKeys(
  { maskingKey, signal }: CompareOptions,
  now: number,
  { readable, base, snapshot }: Compared,
): Promise<(readonly [TableKey, RowCounts])[]> {
  const counts: (readonly [TableKey, RowCounts])[] = [];
  for (const record of readable.filter(({ table }) => table.primaryKey.length === 0)) {
    counts.push([
      record.table.key,
      await compareKeyless({ record, base, snapshot, maskingKey, now, signal }),
    ]);
  }
  return counts;
}

function describe(
  { clock, log, rules }: EngineContext,
  record: PulledTableRecord,
  catalog: Catalog,
  counts: RowCounts = { inserted: 0, updated: 0, deleted: 0 },
): Comparison {
  const { key } = record.table;
  const differences = schemaDifferences(
    record.table,
    findTable(catalog, key),
    rules.file.tables[key]?.exclude ?? [],
  );
  log('debug', `Compared ${key}: +${counts.inserted} ~${counts.updated} -${counts.deleted}.`);
  return { table: key, comparedAt: clock(), counts, schemaDifferences: differences };
}

/** Whether the rows can still be read as they were: every column is there and of its old type. */
export function isReadable({ table }: PulledTableRecord, catalog: Catalog): boolean {
  const now = findTable(catalog, table.key);
  const types = new Map(now?.columns.map(({ name, type }) => [name, JSON.stringify(type)] as const));
  return (
    now !== undefined &&
    table.columns.every(({ source }) => types.get(source.name) === JSON.stringify(source.type))
  );
}
