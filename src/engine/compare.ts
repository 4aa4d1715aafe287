import { SynclineError } from '../core/errors.ts';
import type { Comparison, PulledTableRecord } from '../core/ledger-port.ts';
import type { BaseReader, RowCounts } from '../core/local-ports.ts';
import type { MaskingKey } from '../core/masking/masking-key.ts';
import type { Production, ProductionSnapshot } from '../core/ports.ts';
import { findTable, type Catalog, type Table } from '../core/schema/model.ts';
import { compareKeyless, compareKeyed } from './compare-rows.ts';
import { requireAllRows } from './require-all-rows.ts';
import { schemaDifferences } from './schema-differences.ts';
import { withSnapshot } from './with-snapshot.ts';
import type { EngineContext } from './workspace.ts';

export interface CompareOptions {
  readonly production: Production;
  /** Needed where the last pull masked columns. */
  readonly maskingKey?: MaskingKey;
  readonly signal: AbortSignal;
}

/**
 * Reads production and compares it, row by row, with what was last pulled; the counts go into the ledger. Tables that
 * were never pulled are left out. Throws LOCAL_NOT_FOUND when nothing was pulled, MASKING_KEY_MISSING when the pull
 * was masked and no key, or another one, is given, and REMOTE_ errors.
 */
export async function compare(
  context: EngineContext,
  options: CompareOptions,
): Promise<readonly Comparison[]> {
  const { ledger, local, target } = context;
  const pulled = ledger.pulled(target);
  if (pulled === undefined) throw new SynclineError('LOCAL_NOT_FOUND', `${target} was never pulled.`);
  if (pulled.maskingKey !== null && pulled.maskingKey !== options.maskingKey?.fingerprint) {
    throw new SynclineError(
      'MASKING_KEY_MISSING',
      'The last pull was masked with another masking key: production cannot be compared without that key.',
    );
  }
  // Before anything is waited for: a pull that ends meanwhile deletes the file, not what is open of it.
  const base = local.openBase(pulled.basePath);
  try {
    requireAllRows(await options.production.probe(options.signal));
    const comparisons = await withSnapshot(options.production, options.signal, async (snapshot) => {
      const catalog = await snapshot.catalog(options.signal);
      const compared: Comparison[] = [];
      for (const record of pulled.tables) {
        compared.push(await compareTable(context, options, { record, catalog, snapshot, base }));
      }
      return compared;
    });
    // A pull that was made meanwhile has another base, about which this says nothing.
    if (ledger.pulled(target)?.run === pulled.run) ledger.saveComparisons(target, comparisons);
    return comparisons;
  } finally {
    base.close();
  }
}

interface ComparedTable {
  readonly record: PulledTableRecord;
  readonly catalog: Catalog;
  readonly snapshot: ProductionSnapshot;
  readonly base: BaseReader;
}

async function compareTable(
  { clock, log, rules }: EngineContext,
  { maskingKey, signal }: CompareOptions,
  { record, catalog, snapshot, base }: ComparedTable,
): Promise<Comparison> {
  const key = record.table.key;
  const now = findTable(catalog, key);
  const differences = schemaDifferences(record.table, now, rules.file.tables[key]?.exclude ?? []);
  const rows = { record, base, snapshot, maskingKey, signal };
  const counts: RowCounts = !isReadable(record, now)
    ? { inserted: 0, updated: 0, deleted: 0 }
    : record.table.primaryKey.length > 0
      ? await compareKeyed(rows)
      : await compareKeyless(rows);
  log('debug', `Compared ${key}: +${counts.inserted} ~${counts.updated} -${counts.deleted}.`);
  return { table: key, comparedAt: clock(), counts, schemaDifferences: differences };
}

/** Whether the rows can still be read as they were: every column is there and of its old type. */
function isReadable({ table }: PulledTableRecord, now: Table | undefined): boolean {
  const types = new Map(now?.columns.map(({ name, type }) => [name, JSON.stringify(type)] as const));
  return (
    now !== undefined &&
    table.columns.every(({ source }) => types.get(source.name) === JSON.stringify(source.type))
  );
}
