import type { IncomingStage } from '../core/incoming-port.ts';
import type { PulledTableRecord } from '../core/ledger-port.ts';
import type { BaseReader } from '../core/local-ports.ts';
import { keyColumnsOf } from '../core/rows/row-change.ts';
import { encodeRow } from '../core/values/row-encoding.ts';
import type { ChangesReport, ListedChange, TableChanges } from './changes-report.ts';
import { findChanges } from './changes/find-changes.ts';
import { watermarksOf } from './changes/watermark.ts';
import { keyShower } from './collect-changes.ts';
import { isReadable, requirePulled, type CompareOptions } from './compare.ts';
import { differing, LISTED_ROWS, type ListOptions } from './list-local-changes.ts';
import { requireAllRows } from './require-all-rows.ts';
import { rowShower } from './shown-row.ts';
import { basePath } from './state-files.ts';
import { withSnapshot } from './with-snapshot.ts';
import type { EngineContext } from './workspace.ts';

/**
 * What an incremental pull would bring, row by row, masked as it would be. Nothing is taken in. Throws as `compare` does.
 */
export async function listProductionChanges(
  context: EngineContext,
  options: CompareOptions & ListOptions,
): Promise<ChangesReport> {
  const { local, ledger, target, paths, rules, clock } = context;
  const { production, maskingKey, signal } = options;
  const pulled = requirePulled(context, options);
  const base = local.openBase(pulled.basePath);
  try {
    requireAllRows(await production.probe(signal));
    return await withSnapshot(production, signal, async (snapshot) => {
      const catalog = await snapshot.catalog(signal);
      const wanted = pulled.tables.filter(({ table }) => options.tables?.includes(table.key) ?? true);
      const records = wanted.filter(
        (record) => record.table.primaryKey.length > 0 && isReadable(record, catalog),
      );
      const incoming = local.createIncoming(basePath(paths, `${context.newRunId()}-listed`), records);
      try {
        const found = await findChanges({
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
        const tables = found.tables
          .filter(({ counts }) => counts.inserted + counts.updated + counts.deleted > 0)
          .map(({ record, counts }): TableChanges => {
            const rows = listRows(context, record, { incoming, base, options });
            const more =
              counts.inserted + counts.updated + counts.deleted - (options.offset ?? 0) - rows.length;
            return { table: record.table.key, counts, rows, more: Math.max(0, more) };
          });
        return {
          side: 'production',
          tables: tables.toSorted((a, b) => (a.table < b.table ? -1 : 1)),
          warnings: wanted
            .filter((record) => !records.includes(record))
            .map(
              ({ table }) => `${table.key} has no primary key or was altered: its changes are not listed.`,
            ),
        };
      } finally {
        incoming.discard();
      }
    });
  } finally {
    base.close();
  }
}

function listRows(
  { ledger, target }: EngineContext,
  record: PulledTableRecord,
  {
    incoming,
    base,
    options: { offset = 0, limit = LISTED_ROWS },
  }: {
    readonly incoming: IncomingStage;
    readonly base: BaseReader;
    readonly options: ListOptions;
  },
): ListedChange[] {
  const find = base.finder(record);
  const keyIndexes = keyColumnsOf(record.table);
  const [show, showKey] = [rowShower(record), keyShower(record)];
  const held = new Set(
    ledger.held(target).flatMap(({ table, key }) => (table === record.table.key ? [key] : [])),
  );
  const listed: ListedChange[] = [];
  let passed = 0;
  for (const { cells, gone } of incoming.rows(record)) {
    if (listed.length >= limit) break;
    const key = keyIndexes.map((index) => cells[index] ?? null);
    const known = find(key);
    if ((gone && known === undefined) || passed++ < offset) continue;
    const before = known === undefined ? null : show(known.cells);
    const after = gone ? null : show(cells);
    listed.push({
      table: record.table.key,
      op: gone ? 'delete' : known === undefined ? 'insert' : 'update',
      key: showKey(key),
      columns: differing(before, after),
      before,
      after,
      ...(held.has(Buffer.from(encodeRow(key)).toString('base64')) ? { held: true } : {}),
    });
  }
  return listed;
}
