import type { ColumnStatus, TableStatus, TargetStatus } from '../../../src/engine/workspace-status.ts';

/** 2026-03-01 12:00:00 UTC, the moment in which all of these tests take place. */
export const NOW = Date.UTC(2026, 2, 1, 12);
export const FIVE_MINUTES_AGO = new Date(NOW - 5 * 60_000).toISOString();

export function column(name: string, more: Partial<ColumnStatus> = {}): ColumnStatus {
  return {
    column: name,
    transformer: 'keep',
    reason: 'type',
    detail: 'a number',
    postgresType: 'bigint',
    nullable: false,
    ...more,
  };
}

export function pulledTable(more: Partial<TableStatus> = {}): TableStatus {
  return {
    table: 'users',
    drift: 'in-step',
    rows: 412,
    columns: 5,
    maskedColumns: 3,
    primaryKey: ['id'],
    local: { inserted: 0, updated: 0, deleted: 0 },
    schemaDifferences: [],
    pulledAt: FIVE_MINUTES_AGO,
    ...more,
  };
}

export function newTable(more: Partial<TableStatus> = {}): TableStatus {
  return {
    table: 'users',
    drift: 'never-pulled',
    columns: 5,
    maskedColumns: 0,
    primaryKey: ['id'],
    schemaDifferences: [],
    ...more,
  };
}

export function target(more: Partial<TargetStatus> = {}): TargetStatus {
  return {
    target: 'production',
    address: 'https://abcd.supabase.co',
    capabilities: [],
    protected: true,
    tables: [],
    ...more,
  };
}
