import { userInfo } from 'node:os';
import { maskingKey } from '../../core/masking/masking-key.ts';
import { push, type PushOptions } from '../../engine/push.ts';
import type { OpenWorkspace } from '../open-workspace.ts';
import type { PushRequest } from '../protocol.ts';
import { inWorkspace, locked, withProduction } from './in-workspace.ts';
import type { Handlers, OperationContext } from './operation.ts';
import { withWriter } from './with-writer.ts';

export const pushOperations: Handlers<'push'> = {
  push: (request, context) =>
    inWorkspace(request, context, (workspace) =>
      locked(workspace, () =>
        withPushOptions(workspace, request, context, (options) =>
          push(workspace, { ...options, mode: request.mode }),
        ),
      ),
    ),
};

/** Opens the target for writing, and says what a request asks of a push, for as long as the work takes. */
export function withPushOptions<Result>(
  workspace: OpenWorkspace,
  request: Omit<PushRequest, 'mode'>,
  { signal }: OperationContext,
  work: (options: Omit<PushOptions, 'mode'>) => Promise<Result>,
): Promise<Result> {
  return withWriter(workspace, request.credentials, signal, (writer) =>
    withProduction(workspace, request.credentials, ({ address }) =>
      work({
        writer,
        address,
        ...(request.maskingKey === undefined ? {} : { maskingKey: maskingKey(request.maskingKey) }),
        armed: request.arm === workspace.target,
        confirmed: request.confirmed ?? false,
        rowByRow: request.rowByRow ?? false,
        approved: request.approved ?? [],
        ...(request.selection === undefined ? {} : { selection: request.selection }),
        who: userInfo().username,
        signal,
        onProgress: () => undefined,
      }),
    ),
  );
}
