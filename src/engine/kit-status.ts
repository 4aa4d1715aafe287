import type { KitInstallation } from '../core/kit-port.ts';
import type { Production } from '../core/ports.ts';
import { restrictCatalog, selectForPull } from '../core/rules/select-tables.ts';
import { tableKey, type Table } from '../core/schema/model.ts';
import type { KitReport } from './kit-report.ts';
import { withSnapshot } from './with-snapshot.ts';
import type { EngineContext } from './workspace.ts';

/** How the kit stands on the target, and which of the workspace's tables it tracks. Throws REMOTE_ errors. */
export async function kitStatus(
  { rules, target }: Pick<EngineContext, 'rules' | 'target'>,
  production: Production,
  signal: AbortSignal,
): Promise<KitReport> {
  const { tables: known, ...kit } = await production.kitStatus(signal);
  const catalog = await withSnapshot(production, signal, (snapshot) => snapshot.catalog(signal));
  const selected = restrictCatalog(catalog, selectForPull(catalog, rules)).tables;
  const tables = selected.map((table) => trackingOf(table, known));
  return { target, address: production.address, ...kit, tables, advice: adviceOn(kit.state, tables) };
}

/** Whether nothing is left to be done: the kit is ours, and tracks every table that it can. */
export function kitIsInOrder({ state, tables }: KitReport): boolean {
  return state === 'current' && tables.every(({ tracked, cause }) => tracked || cause === KEYLESS);
}

const KEYLESS = 'no-primary-key';

function trackingOf(table: Table, known: KitInstallation['tables']): KitReport['tables'][number] {
  const key = tableKey(table.name);
  if (table.primaryKey === undefined) return { table: key, tracked: false, cause: KEYLESS };
  const found = known.find((each) => each.table === key);
  const cause = found === undefined ? 'untracked' : found.cause;
  return { table: key, tracked: cause === undefined, ...(cause !== undefined && { cause }) };
}

const INSTALL = 'write the kit as a migration ("kit sql --write"), review it and deploy it';

function adviceOn(state: KitInstallation['state'], tables: KitReport['tables']): string {
  switch (state) {
    case 'absent':
      return `The kit is not installed: ${INSTALL}. Until then changes are found by comparing.`;
    case 'partial':
      return `Some of the kit is missing: ${INSTALL} again. It mends what is there and keeps the log.`;
    case 'older':
      return `The kit is of an older Syncline: ${INSTALL} again. It keeps the log.`;
    case 'newer':
      return 'The kit is of a newer Syncline: update this one. Until then changes are found by comparing.';
    case 'restored':
      return 'The database was restored or cloned: run the kit\'s migration again there, or "select public.syncline_prune()".';
    case 'current': {
      const open = tables.filter(({ tracked, cause }) => !tracked && cause !== KEYLESS);
      return open.length === 0
        ? 'Everything is in order.'
        : `${open.length} of the tables are not tracked: ${INSTALL} again. Others are found by comparing until then.`;
    }
  }
}
