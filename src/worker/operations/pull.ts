import { SynclineError } from '../../core/errors.ts';
import { maskingKey, type MaskingKey } from '../../core/masking/masking-key.ts';
import type { Production } from '../../core/ports.ts';
import { pullIncremental, type IncrementalOptions } from '../../engine/pull-incremental.ts';
import { pullIntoCopy } from '../../engine/pull-into-copy.ts';
import { pull } from '../../engine/pull.ts';
import { copyPath } from '../copy-path.ts';
import type { PullRequest } from '../protocol.ts';
import { inWorkspace, locked, withProduction } from './in-workspace.ts';
import type { Handlers, OperationContext } from './operation.ts';
import { settleBeforePull } from './with-writer.ts';

export const pullOperations: Handlers<'pull'> = {
  pull: (request, context) =>
    inWorkspace(request, context, (workspace) => {
      const key = keyFor(request);
      const mode = modeOf(request);
      return locked(workspace, async () => {
        const { into } = request;
        if (into !== undefined) {
          const path = copyPath(request.folder, into, workspace.paths.local);
          return withProduction(workspace, request.credentials, (production) =>
            pullIntoCopy(workspace, { ...incrementalOptions(request, production, context), into: path }),
          );
        }
        const tolerant = mode === 'full';
        await settleBeforePull(workspace, request.credentials, { key, tolerant, signal: context.signal });
        return withProduction(workspace, request.credentials, (production) => {
          const options = incrementalOptions(request, production, context);
          return tolerant ? pull(workspace, options) : pullIncremental(workspace, options);
        });
      });
    }),
};

/**
 * What is pulled in part, or into a copy, is pulled incrementally: a full pull replaces everything. Throws
 * SELECTION_INVALID when that is asked for all the same.
 */
function modeOf({ mode, selection, into }: PullRequest): 'full' | 'incremental' {
  if (selection === undefined && into === undefined) return mode ?? 'full';
  if (mode !== 'full') return 'incremental';
  throw new SynclineError(
    'SELECTION_INVALID',
    'A full pull replaces everything: a part of production, or a pull into a copy, is pulled incrementally.',
  );
}

/** What a request asks of a pull. Throws MASKING_KEY_MISSING. */
export function incrementalOptions(
  request: PullRequest,
  production: Production,
  { signal, onProgress }: OperationContext,
): IncrementalOptions {
  const key = keyFor(request);
  return {
    production,
    ...(key === undefined ? {} : { maskingKey: key }),
    ...(request.method === undefined ? {} : { method: request.method }),
    ...(request.selection === undefined ? {} : { selection: request.selection }),
    replaceLocalEdits: request.replaceLocalEdits ?? false,
    signal,
    onProgress,
  };
}

/** Throws MASKING_KEY_MISSING when there is none and the pull is not raw. */
function keyFor(request: PullRequest): MaskingKey | undefined {
  if (request.raw === true) return undefined;
  if (request.maskingKey === undefined) {
    throw new SynclineError(
      'MASKING_KEY_MISSING',
      'An anonymized pull needs a masking key, and there is none.',
    );
  }
  return maskingKey(request.maskingKey);
}
