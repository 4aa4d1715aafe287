import { resolve } from 'node:path';
import type { Session } from '../session/session.ts';
import { signatureOf } from '../session/file-signature.ts';
import { whenIdle } from '../session/when-idle.ts';
import type { ChangedTableNode } from '../tree/change-nodes.ts';
import { createChangePages, type ChangePages } from './change-pages.ts';
import { readChanges, type ChangesReaderServices } from './read-changes.ts';

/**
 * The pages of this window. Local rows are read again when the database file was written, or when what is counted of
 * them differs; production's only after another comparison, which makes them another node.
 */
export function changePages(services: ChangesReaderServices): ChangePages {
  return createChangePages({
    read: async (table, offset, limit) => {
      // The engine does one thing at a time: what is unfolded meanwhile is read afterwards.
      await whenIdle(services.session);
      const report = await readChanges(services, table, { tables: [table.table], offset, limit });
      const found = report.tables.find((one) => one.table === table.table);
      const rows = found?.rows ?? [];
      const [obstacle] = report.warnings;
      // What cannot be listed at all has no further page either.
      if (rows.length === 0 && offset === 0 && obstacle !== undefined) return { rows, more: 0, obstacle };
      return { rows, more: rows.length === 0 ? 0 : (found?.more ?? 0) };
    },
    stampOf: async (table) =>
      table.side === 'production' ? table.id : `${await localSignature(services.session)} ${countsOf(table)}`,
  });
}

async function localSignature({ state: { folder, status } }: Session): Promise<string> {
  return folder === undefined || status === undefined
    ? ''
    : signatureOf(resolve(folder.fsPath, status.local.path));
}

function countsOf({ counts }: ChangedTableNode): string {
  return JSON.stringify(counts);
}
