import type { IncomingTable } from '../core/incoming-port.ts';
import type { PulledTableRecord } from '../core/ledger-port.ts';
import { maskedColumns } from '../core/masking/plan.ts';

/** A pulled table with the columns of which the base knows production's values by their hashes only. */
export function withMaskedColumns(record: PulledTableRecord): IncomingTable & PulledTableRecord {
  return { ...record, maskedColumns: record.mask === null ? [] : maskedColumns(record.mask) };
}
