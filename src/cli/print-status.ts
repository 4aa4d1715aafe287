import type { TrackingLoss } from '../core/local-changes-port.ts';
import type { ChangeCounts, TableStatus, WorkspaceStatus } from '../engine/workspace-status.ts';
import { columns, formatBytes, formatCount } from './text-table.ts';

/** A workspace's status for people. */
export function describeStatus(status: WorkspaceStatus): string {
  const { local, recovery } = status;
  return [
    ...(recovery === undefined ? [] : [recovery.message, '']),
    local.exists ? `${local.path} (${formatBytes(local.bytes)})` : `${local.path} does not exist yet`,
    ...status.targets.flatMap((target) => [
      '',
      `${target.target}${target.address === undefined ? '' : ` ${target.address}`}` +
        `${target.protected ? ', protected' : ''}, ${target.pulledAt === undefined ? 'never pulled' : `pulled ${target.pulledAt}`}`,
      ...(target.connectionError === undefined
        ? []
        : [`  could not be asked: ${target.connectionError.message} ${target.connectionError.remedy}`]),
      columns(
        ['table', 'rows', 'drift', 'local', 'production'],
        target.tables.map((table) => [
          table.table,
          formatRows(table),
          table.drift,
          formatChanges(table.local),
          formatChanges(table.production),
        ]),
        { right: [1] },
      ),
      ...describeLostTracking(target.tables),
      ...target.tables.flatMap((table) => table.schemaDifferences.map((line) => `  ${table.table}: ${line}`)),
    ]),
  ].join('\n');
}

const LOSSES: Record<TrackingLoss, string> = {
  replaced: 'the file was restored or replaced, or the log was taken out of it',
  rebuilt: 'the table was made anew',
  triggers: 'triggers are gone, do not fit the table any more, or cannot tell its rows',
  uncounted: 'rows are gone that no trigger saw',
};

function describeLostTracking(tables: readonly TableStatus[]): string[] {
  return tables.flatMap(({ table, tracking }) =>
    tracking?.state === 'lost'
      ? [
          `  ${table}: compared whole, since ${LOSSES[tracking.reason]}; the next pull or push puts that right`,
        ]
      : [],
  );
}

function formatRows(table: TableStatus): string {
  if (table.rows !== undefined) return formatCount(table.rows);
  return table.estimatedRows === undefined ? '?' : `~${formatCount(table.estimatedRows)}`;
}

function formatChanges(counts: ChangeCounts | undefined): string {
  if (counts === undefined) return '-';
  const { inserted, updated, deleted } = counts;
  return inserted + updated + deleted === 0 ? 'none' : `+${inserted} ~${updated} -${deleted}`;
}
