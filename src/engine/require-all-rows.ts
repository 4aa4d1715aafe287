import { SynclineError } from '../core/errors.ts';
import type { ProductionProbe } from '../core/ports.ts';

/** Throws REMOTE_ROWS_HIDDEN for a key that row level security shows only some of the rows. */
export function requireAllRows(probe: ProductionProbe): void {
  if (!probe.seesAllRows) {
    throw new SynclineError(
      'REMOTE_ROWS_HIDDEN',
      `The role "${probe.role}" may not see every row: row level security hides some from it.`,
      { role: probe.role },
    );
  }
}
