/** What is known of a workspace, put together from answers that know different parts of it. */
import type { TableStatus, TargetStatus, WorkspaceStatus } from '../../engine/workspace-status.ts';

/**
 * A status that was read without asking production, completed with what an earlier one had from production: its
 * address, capabilities, and tables that were never pulled.
 */
export function withKnownTargets(
  local: WorkspaceStatus,
  known: WorkspaceStatus | undefined,
): WorkspaceStatus {
  if (known === undefined) return local;
  return { ...local, targets: local.targets.map((target) => completed(target, known)) };
}

function completed(target: TargetStatus, { targets }: WorkspaceStatus): TargetStatus {
  const known = targets.find((other) => other.target === target.target);
  if (known === undefined) return target;
  const present = new Set(target.tables.map(({ table }) => table));
  const unpulled = known.tables.filter(({ table, drift }) => drift === 'never-pulled' && !present.has(table));
  const address = target.address ?? known.address;
  return {
    ...target,
    ...(address !== undefined && { address }),
    capabilities: target.capabilities.length > 0 ? target.capabilities : known.capabilities,
    tables: sorted([...target.tables, ...unpulled]),
  };
}

/** A status with one target as another answer has it. */
export function withTargetStatus(status: WorkspaceStatus, fresh: TargetStatus): WorkspaceStatus {
  const targets = status.targets.map((target) => (target.target === fresh.target ? fresh : target));
  return { ...status, targets };
}

/** A status with the tables of a comparison in their target. */
export function withComparedTables(
  status: WorkspaceStatus,
  targetName: string,
  compared: readonly TableStatus[],
): WorkspaceStatus {
  const fresh = new Map(compared.map((table) => [table.table, table]));
  const targets = status.targets.map((target) => {
    if (target.target !== targetName) return target;
    const known = target.tables.map((table) => fresh.get(table.table) ?? table);
    const present = new Set(known.map(({ table }) => table));
    return { ...target, tables: sorted([...known, ...compared.filter(({ table }) => !present.has(table))]) };
  });
  return { ...status, targets };
}

function sorted(tables: readonly TableStatus[]): readonly TableStatus[] {
  return tables.toSorted((a, b) => (a.table < b.table ? -1 : a.table > b.table ? 1 : 0));
}
