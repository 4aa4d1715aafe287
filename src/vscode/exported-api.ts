import type { PullReport } from '../engine/pull-report.ts';
import type { PushReport } from '../engine/push-report.ts';
import type { RowAddress, Selection } from '../engine/selection.ts';
import type { SyncReport } from '../engine/sync-report.ts';
import type { UndoReport } from '../engine/undo-report.ts';
import type { TableStatus } from '../engine/workspace-status.ts';
import type { Credentials } from '../worker/protocol.ts';
import { compareTarget } from './commands/compare.ts';
import { connectedTarget, trustedFolder } from './commands/choose-target.ts';
import { pullChangesOf } from './commands/pull-changes.ts';
import { pullTarget } from './commands/pull.ts';
import type { PushConsent } from './commands/push-consent.ts';
import { pushTarget } from './commands/push-target.ts';
import { syncTarget } from './commands/sync.ts';
import { undoRun } from './commands/undo.ts';
import { keepConnection } from './connect/connect.ts';
import type { Services } from './services.ts';

export interface TargetOptions {
  /** Name of a target in syncline.json; the first one when absent. */
  readonly target?: string;
}

/**
 * Writing to production. A protected target must have been armed by the person at the window: these calls cannot arm
 * it, and reject with TARGET_PROTECTED while it is not. What else has to be agreed to is an option (PUSH_NOT_ATOMIC,
 * PUSH_NEEDS_CONFIRMATION).
 */
export interface WriteOptions extends TargetOptions, PushConsent {}

/**
 * What `activate()` returns to other extensions. Nothing here asks the person anything: where a question would be
 * needed, the call rejects with an error whose `code` says which (CREDENTIALS_MISSING, LOCAL_EDITS, ...).
 */
export interface SynclineApi {
  /** Keeps credentials for a target, and writes its address to syncline.json, as "Connect" does. */
  connect(options: {
    readonly target: string;
    readonly credentials: Credentials;
    readonly localPath?: string;
  }): Promise<void>;
  /** Pulls production, anonymized, into the local database. */
  syncFromProductionToLocal(
    options?: TargetOptions & { readonly replaceLocalEdits?: boolean },
  ): Promise<PullReport>;
  /** Pushes local changes: looks only, rehearses on the server, or does it. Does it when `mode` is absent. */
  syncFromLocalToProduction(
    options?: WriteOptions & {
      readonly mode?: 'plan' | 'rehearse' | 'push';
      readonly selection?: Selection;
    },
  ): Promise<PushReport>;
  /** Pulls what production changed in one table, beside local edits. */
  syncSpecificTable(table: string, options?: TargetOptions): Promise<PullReport>;
  /** Pulls one record with its parents, and on request with what refers to it. */
  syncSpecificRecord(
    record: RowAddress,
    options?: TargetOptions & { readonly withChildren?: boolean },
  ): Promise<PullReport>;
  /** Pulls what production changed, and pushes what is left to push. */
  bidirectionalSync(options?: WriteOptions): Promise<SyncReport>;
  /** Takes back the last pull or push, or looks at what that would do. Rows that were changed since stay. */
  rollbackPartialSync(
    options?: TargetOptions & {
      readonly run?: string;
      readonly mode?: 'plan' | 'rehearse' | 'apply';
      /** Whether edits made since a full pull may be lost (they are kept in a backup). */
      readonly replaceLocalEdits?: boolean;
    },
  ): Promise<UndoReport>;
  /** Compares production with what was last pulled, table by table. */
  createDataDriftReport(options?: TargetOptions): Promise<readonly TableStatus[]>;
}

export function createApi(services: Services): SynclineApi {
  const read = async () => {
    if (services.session.state.phase === 'loading') await services.session.refresh('local');
  };
  const chosen = async (target: string | undefined) => {
    await read();
    return connectedTarget(services, target);
  };
  return {
    async connect({ target, credentials, localPath }) {
      await read();
      const answers = { target, credentials, ...(localPath !== undefined && { localPath }) };
      await keepConnection(services, trustedFolder(services), answers);
    },
    async syncFromProductionToLocal({ target, replaceLocalEdits = false } = {}) {
      return (await pullTarget(services, await chosen(target), { replaceLocalEdits })).report;
    },
    async syncFromLocalToProduction({ target, mode = 'push', ...options } = {}) {
      return pushTarget(services, await chosen(target), { mode, ...options });
    },
    async syncSpecificTable(table, { target } = {}) {
      return pullChangesOf(services, await chosen(target), { selection: { tables: [table] } });
    },
    async syncSpecificRecord(record, { target, withChildren = false } = {}) {
      return pullChangesOf(services, await chosen(target), { selection: { rows: [record], withChildren } });
    },
    async bidirectionalSync({ target, ...options } = {}) {
      return syncTarget(services, await chosen(target), options);
    },
    async rollbackPartialSync({ target, mode = 'apply', ...options } = {}) {
      return undoRun(services, await chosen(target), { mode, ...options });
    },
    async createDataDriftReport({ target } = {}) {
      return compareTarget(services, await chosen(target));
    },
  };
}
