import type { PullReport } from '../engine/pull-report.ts';
import type { TableStatus } from '../engine/workspace-status.ts';
import type { Credentials } from '../worker/protocol.ts';
import { compareTarget } from './commands/compare.ts';
import { connectedTarget, trustedFolder } from './commands/choose-target.ts';
import { pullTarget } from './commands/pull.ts';
import { keepConnection } from './connect/connect.ts';
import type { Services } from './services.ts';

export interface TargetOptions {
  /** Name of a target in syncline.json; the first one when absent. */
  readonly target?: string;
}

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
  /** Compares production with what was last pulled, table by table. */
  createDataDriftReport(options?: TargetOptions): Promise<readonly TableStatus[]>;
}

export function createApi(services: Services): SynclineApi {
  const read = async () => {
    if (services.session.state.phase === 'loading') await services.session.refresh('local');
  };
  return {
    async connect({ target, credentials, localPath }) {
      await read();
      const answers = { target, credentials, ...(localPath !== undefined && { localPath }) };
      await keepConnection(services, trustedFolder(services), answers);
    },
    async syncFromProductionToLocal({ target, replaceLocalEdits = false } = {}) {
      await read();
      const chosen = await connectedTarget(services, target);
      return (await pullTarget(services, chosen, { replaceLocalEdits })).report;
    },
    async createDataDriftReport({ target } = {}) {
      await read();
      return compareTarget(services, await connectedTarget(services, target));
    },
  };
}
