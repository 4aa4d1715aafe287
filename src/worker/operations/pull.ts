import { SynclineError } from '../../core/errors.ts';
import { maskingKey, type MaskingKey } from '../../core/masking/masking-key.ts';
import type { Production } from '../../core/ports.ts';
import { pullIncremental, type IncrementalOptions } from '../../engine/pull-incremental.ts';
import { pull } from '../../engine/pull.ts';
import type { PullRequest } from '../protocol.ts';
import { inWorkspace, locked, withProduction } from './in-workspace.ts';
import type { Handlers, OperationContext } from './operation.ts';
import { settleBeforePull } from './with-writer.ts';

export const pullOperations: Handlers<'pull'> = {
  pull: (request, context) =>
    inWorkspace(request, context, (workspace) => {
      const key = keyFor(request);
      return locked(workspace, async () => {
        const tolerant = request.mode !== 'incremental';
        await settleBeforePull(workspace, request.credentials, { key, tolerant, signal: context.signal });
        return withProduction(workspace, request.credentials, (production) => {
          const options = incrementalOptions(request, production, context);
          return tolerant ? pull(workspace, options) : pullIncremental(workspace, options);
        });
      });
    }),
};

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
