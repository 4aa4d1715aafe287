import type { MaskingKey } from '../../core/masking/masking-key.ts';
import { toSynclineError } from '../../core/errors.ts';
import type { ProductionWriter } from '../../core/push-ports.ts';
import { openProductionWriter } from '../../databases/open-production-writer.ts';
import { pendingPushes, settlePushes } from '../../engine/settle-pushes.ts';
import type { OpenWorkspace } from '../open-workspace.ts';
import type { Credentials } from '../protocol.ts';

/** Opens the target for writing, in the best way that there is. */
export function openWriter(
  { rules, target }: OpenWorkspace,
  { supabaseUrl, supabaseKey, databaseUrl }: Credentials,
  signal: AbortSignal,
): Promise<ProductionWriter> {
  const url = supabaseUrl ?? rules.file.targets[target]?.supabaseUrl;
  return openProductionWriter(
    {
      ...(url === undefined ? {} : { url }),
      ...(supabaseKey === undefined ? {} : { key: supabaseKey }),
      ...(databaseUrl === undefined ? {} : { databaseUrl }),
    },
    signal,
  );
}

/** Opens the target for writing, in the best way that there is, for as long as the work takes. */
export async function withWriter<Result>(
  workspace: OpenWorkspace,
  credentials: Credentials,
  signal: AbortSignal,
  work: (writer: ProductionWriter) => Promise<Result>,
): Promise<Result> {
  const writer = await openWriter(workspace, credentials, signal);
  try {
    return await work(writer);
  } finally {
    await writer.close();
  }
}

/**
 * Before production is read: what a push brought there that was cut off is taken in first. Where that cannot be done, a
 * pull in full (`tolerant`) goes on: it replaces everything.
 */
export async function settleBeforePull(
  workspace: OpenWorkspace,
  credentials: Credentials,
  {
    key,
    tolerant,
    signal,
  }: { readonly key: MaskingKey | undefined; readonly tolerant: boolean; readonly signal: AbortSignal },
): Promise<void> {
  if (pendingPushes(workspace).length === 0) return;
  try {
    await withWriter(workspace, credentials, signal, (writer) =>
      settlePushes(workspace, { writer, signal, ...(key === undefined ? {} : { maskingKey: key }) }),
    );
  } catch (thrown) {
    const { code, message } = toSynclineError(thrown);
    if (!tolerant || code === 'CANCELLED') throw thrown;
    workspace.log('warn', `A push that was cut off could not be settled (${code}: ${message})`);
  }
}
