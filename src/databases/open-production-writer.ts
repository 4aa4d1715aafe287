import { SynclineError } from '../core/errors.ts';
import type { ProductionWriter } from '../core/push-ports.ts';
import type { KitStatus } from './kit/kit-answers.ts';
import { KIT_VERSION } from './kit/kit-version.ts';
import { openPostgresWriter } from './postgres/open-postgres-writer.ts';
import { kitCalls } from './supabase/kit-calls.ts';
import { openKitWriter } from './supabase/open-kit-writer.ts';
import type { SupabaseOptions } from './supabase/open-rest-session.ts';
import { openRestSession } from './supabase/open-rest-session.ts';
import { openRestWriter } from './supabase/open-rest-writer.ts';

export interface ProductionWriterOptions extends Partial<SupabaseOptions> {
  /** `postgres://...`; preferred. */
  readonly databaseUrl?: string;
}

/**
 * Opens production for writing in the best way that there is: one transaction through a connection string, the kit
 * through URL and key where it is whole and of this version, else plain PostgREST, row by row.
 *
 * Throws CREDENTIALS_MISSING when neither way is given, and REMOTE_ errors when the project does not answer.
 */
export async function openProductionWriter(
  { databaseUrl, url, key, ...options }: ProductionWriterOptions,
  signal: AbortSignal,
): Promise<ProductionWriter> {
  if (databaseUrl !== undefined) return openPostgresWriter({ connectionString: databaseUrl });
  if (url === undefined || key === undefined) {
    throw new SynclineError('CREDENTIALS_MISSING', 'There is no target to push to.');
  }
  const project: SupabaseOptions = { ...options, url, key };
  const fault = kitFault(await kitCalls(openRestSession(project)).status(signal));
  return fault === undefined ? openKitWriter(project) : openRestWriter(project, fault);
}

/** Why the kit cannot be pushed through. */
function kitFault(status: KitStatus | undefined): string | undefined {
  if (status === undefined) return 'the kit is not installed';
  const { version, missing } = status;
  if (version < KIT_VERSION) return `the kit is older (${version}) than this version of Syncline needs`;
  if (version > KIT_VERSION) return `the kit is newer (${version}) than this version of Syncline knows`;
  return missing.length === 0 ? undefined : `the kit is installed in part: ${missing.join(', ')} is missing`;
}
