import { SynclineError } from '../core/errors.ts';
import type { Production } from '../core/ports.ts';
import { openPostgres } from './postgres/open-postgres.ts';
import { openSupabase } from './supabase/open-supabase.ts';

/** What is known about a target. Secrets come from SecretStorage or the environment, never from a file. */
export interface ProductionOptions {
  readonly supabaseUrl?: string;
  readonly supabaseKey?: string;
  /** `postgres://...`; preferred for reading when both ways are given, because it reads one instant. */
  readonly databaseUrl?: string;
  readonly schemas?: readonly string[];
}

/**
 * Opens production by whichever way is given; nothing is connected yet. Throws CREDENTIALS_MISSING when neither is
 * complete, and what {@link openPostgres} and {@link openSupabase} throw.
 */
export function openProduction(options: ProductionOptions): Production {
  const schemas = options.schemas && { schemas: options.schemas };
  if (options.databaseUrl) return openPostgres({ connectionString: options.databaseUrl, ...schemas });
  if (options.supabaseUrl && options.supabaseKey) {
    return openSupabase({ url: options.supabaseUrl, key: options.supabaseKey, ...schemas });
  }
  const missing = options.supabaseUrl
    ? 'The key of the project is missing.'
    : 'There is no target to connect to.';
  throw new SynclineError('CREDENTIALS_MISSING', missing);
}
