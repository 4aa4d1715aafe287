import { pullIncremental, type IncrementalOptions } from './pull-incremental.ts';
import { requireArmed } from './push-guards.ts';
import { push, type PushOptions } from './push.ts';
import type { SyncReport } from './sync-report.ts';
import type { EngineContext } from './workspace.ts';

export interface SyncOptions {
  readonly pull: IncrementalOptions;
  readonly push: Omit<PushOptions, 'mode'>;
}

/**
 * Both ways in one run: production's changes come in and merge by column, rows that collide are set aside, and what is left
 * of the local changes goes out. When the push fails, the pull stands: local and base are as after any pull.
 *
 * Throws TARGET_PROTECTED before anything is read when the target is protected and was not armed, and what an incremental
 * pull and a push throw.
 */
export async function sync(context: EngineContext, options: SyncOptions): Promise<SyncReport> {
  requireArmed(context, options.push.armed);
  const pulled = await pullIncremental(context, options.pull);
  const held = context.ledger.held(context.target).length;
  if (held > 0 && context.rules.file.defaults.onConflict === 'stop') return { pull: pulled, held };
  return { pull: pulled, push: await push(context, { ...options.push, mode: 'push' }), held };
}
