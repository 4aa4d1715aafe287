import { resolve } from 'node:path';
import type { Credentials, TargetRequest } from '../worker/protocol.ts';

/** The options that every command takes. */
export interface CommonOptions {
  readonly workspace: string;
  readonly target?: string;
  readonly json?: boolean;
  readonly yes?: boolean;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** Secrets come from the environment only: an argument would stand in the process list and the shell's history. */
export function credentialsFrom(environment: Environment): Credentials {
  const supabaseUrl = setting(environment, 'SYNCLINE_SUPABASE_URL');
  const supabaseKey = setting(environment, 'SYNCLINE_SUPABASE_KEY');
  const databaseUrl = setting(environment, 'SYNCLINE_DATABASE_URL');
  return {
    ...(supabaseUrl === undefined ? {} : { supabaseUrl }),
    ...(supabaseKey === undefined ? {} : { supabaseKey }),
    ...(databaseUrl === undefined ? {} : { databaseUrl }),
  };
}

export function maskingKeyFrom(environment: Environment): string | undefined {
  return setting(environment, 'SYNCLINE_MASKING_KEY');
}

export function targetRequest(options: CommonOptions, environment: Environment): TargetRequest {
  return {
    folder: resolve(options.workspace),
    ...(options.target === undefined ? {} : { target: options.target }),
    credentials: credentialsFrom(environment),
  };
}

export function hasCredentials({ supabaseKey, databaseUrl }: Credentials): boolean {
  return supabaseKey !== undefined || databaseUrl !== undefined;
}

/** An empty variable is how a script says "none". */
function setting(environment: Environment, name: string): string | undefined {
  const value = environment[name];
  return value === undefined || value === '' ? undefined : value;
}
