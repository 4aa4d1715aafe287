import { SynclineError } from '../../core/errors.ts';
import type { Production } from '../../core/ports.ts';
import { openProduction } from '../../databases/open-production.ts';
import { recover } from '../../engine/recover.ts';
import type { Recovery } from '../../engine/workspace-status.ts';
import { lockWorkspace } from '../../ledger/workspace-lock.ts';
import { openWorkspace, type OpenWorkspace } from '../open-workspace.ts';
import type { Credentials, WorkspaceRequest } from '../protocol.ts';
import type { OperationContext } from './operation.ts';

/** Opens the workspace for as long as the work takes. */
export async function inWorkspace<Result>(
  request: WorkspaceRequest,
  context: OperationContext,
  work: (workspace: OpenWorkspace) => Promise<Result>,
): Promise<Result> {
  const workspace = await openWorkspace(request, context.log);
  try {
    return await work(workspace);
  } finally {
    workspace.close();
  }
}

/** Opens the target for as long as the work takes. */
export async function withProduction<Result>(
  { rules, target }: OpenWorkspace,
  credentials: Credentials,
  work: (production: Production) => Promise<Result>,
): Promise<Result> {
  const settings = rules.file.targets[target];
  const production = openTarget(credentials, settings?.supabaseUrl, settings?.schemas ?? ['public']);
  try {
    return await work(production);
  } finally {
    await closeQuietly(production);
  }
}

/** A connection that breaks while it is closed has given all it had. */
export async function closeQuietly(production: Production): Promise<void> {
  await production.close().catch(() => undefined);
}

export function openTarget(
  credentials: Credentials,
  configuredUrl: string | undefined,
  schemas: readonly string[],
): Production {
  const { supabaseKey, databaseUrl } = credentials;
  const supabaseUrl = credentials.supabaseUrl ?? configuredUrl;
  return openProduction({
    ...(supabaseUrl === undefined ? {} : { supabaseUrl }),
    ...(supabaseKey === undefined ? {} : { supabaseKey }),
    ...(databaseUrl === undefined ? {} : { databaseUrl }),
    schemas,
  });
}

/** How long a pull waits for the moment in which somebody asks for the status, in milliseconds. */
const LOCK_TIMEOUT = 2000;

/** Holds the workspace's lock and settles what an earlier run left, then works. */
export async function locked<Result>(workspace: OpenWorkspace, work: () => Promise<Result>): Promise<Result> {
  const release = lockWorkspace(workspace.driver, workspace.paths.lock, LOCK_TIMEOUT);
  try {
    recover(workspace);
    return await work();
  } finally {
    release();
  }
}

/** While another operation holds the lock, its run is under way and there is nothing to settle. */
export function recoverIfIdle(workspace: OpenWorkspace): Recovery | undefined {
  let release: () => void;
  try {
    release = lockWorkspace(workspace.driver, workspace.paths.lock, 0);
  } catch (error) {
    if (error instanceof SynclineError && error.code === 'RUN_IN_PROGRESS') return undefined;
    throw error;
  }
  try {
    return recover(workspace);
  } finally {
    release();
  }
}
