import { SynclineError } from '../core/errors.ts';
import type { ProductionWriter } from '../core/push-ports.ts';
import { openPostgresWriter } from './postgres/open-postgres-writer.ts';

/** Opens production for writing. Throws PUSH_UNAVAILABLE without a connection string. */
export function openProductionWriter({ databaseUrl }: { readonly databaseUrl?: string }): ProductionWriter {
  if (databaseUrl === undefined) {
    throw new SynclineError('PUSH_UNAVAILABLE', 'There is no connection string to push through.');
  }
  return openPostgresWriter({ connectionString: databaseUrl });
}
