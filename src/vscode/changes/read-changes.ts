/** Reads changed rows from the engine: local ones at once, production's as an operation that can be cancelled. */
import type { TableKey } from '../../core/schema/model.ts';
import type { ChangesReport, ListedChange } from '../../engine/changes-report.ts';
import { rowSelector, type RowAddress, type Selection } from '../../engine/selection.ts';
import { connectedTarget, trustedFolder } from '../commands/choose-target.ts';
import { runQuietly } from '../progress/show-progress.ts';
import { maskingKeyOf } from '../secrets/masking-key.ts';
import type { Services } from '../services.ts';
import type { ChosenSide } from './choices.ts';

export type ChangesReaderServices = Pick<Services, 'engine' | 'session' | 'secrets' | 'credentials'>;

export interface ChangesPage {
  readonly tables?: readonly TableKey[];
  readonly offset: number;
  /** Most rows of each table. */
  readonly limit: number;
}

/** Throws what the engine throws, CREDENTIALS_MISSING, and RUN_IN_PROGRESS while another operation runs. */
export async function readChanges(
  services: ChangesReaderServices,
  { target, side }: ChosenSide,
  page: ChangesPage,
): Promise<ChangesReport> {
  const { engine, session, secrets } = services;
  const folder = trustedFolder(services);
  const { key } = await maskingKeyOf(secrets, folder.toString());
  const request = { folder: folder.fsPath, target, maskingKey: key, ...page };
  if (side === 'local') return engine.call('localChanges', request);
  const { credentials } = await connectedTarget(services, target);
  return runQuietly(session, 'changes', target, (handle) =>
    engine.call('productionChanges', { ...request, credentials }, handle),
  );
}

/** Rows that are read at once where all of them are wanted. */
const ROWS_AT_ONCE = 500;

/** All changed rows of some tables that a selection takes, in the order of the tables. */
export async function* changedRows(
  services: ChangesReaderServices,
  side: ChosenSide,
  tables: readonly TableKey[],
  selection: Selection | undefined,
): AsyncGenerator<ListedChange> {
  const isSelected = rowSelector(selection);
  for (const table of tables) {
    for (let offset = 0; ; offset += ROWS_AT_ONCE) {
      const page = { tables: [table], offset, limit: ROWS_AT_ONCE };
      const report = await readChanges(services, side, page);
      const found = report.tables.find((one) => one.table === table);
      for (const change of found?.rows ?? []) if (isSelected(change)) yield change;
      if (found === undefined || found.more === 0 || found.rows.length === 0) break;
    }
  }
}

/** The addresses of all changed rows of a table. */
export async function changedRowsOf(
  services: ChangesReaderServices,
  side: ChosenSide,
  table: TableKey,
): Promise<readonly RowAddress[]> {
  const rows: RowAddress[] = [];
  for await (const { key } of changedRows(services, side, [table], undefined)) rows.push({ table, key });
  return rows;
}
