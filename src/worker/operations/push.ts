import { userInfo } from 'node:os';
import { maskingKey } from '../../core/masking/masking-key.ts';
import { openProductionWriter } from '../../databases/open-production-writer.ts';
import { push, type PushOptions } from '../../engine/push.ts';
import type { OpenWorkspace } from '../open-workspace.ts';
import type { TargetRequest } from '../protocol.ts';
import { inWorkspace, locked, withProduction } from './in-workspace.ts';
import type { Handlers, OperationContext } from './operation.ts';

export const pushOperations: Handlers<'push'> = {
  push: (request, context) =>
    inWorkspace(request, context, (workspace) =>
      locked(workspace, () =>
        withWriter(workspace, request, context, (options) =>
          push(workspace, {
            ...options,
            mode: request.mode,
            ...(request.selection === undefined ? {} : { selection: request.selection }),
          }),
        ),
      ),
    ),
};

/** What a request that writes to a target is made of. */
export interface WritingRequest extends TargetRequest {
  readonly maskingKey?: string;
  readonly arm?: string;
}

/** Opens a target for writing, for as long as the work takes. */
export async function withWriter<Result>(
  workspace: OpenWorkspace,
  request: WritingRequest,
  { signal }: OperationContext,
  work: (options: Omit<PushOptions, 'mode'>) => Promise<Result>,
): Promise<Result> {
  const { databaseUrl } = request.credentials;
  const writer = openProductionWriter(databaseUrl === undefined ? {} : { databaseUrl });
  try {
    return await withProduction(workspace, request.credentials, ({ address }) =>
      work({
        writer,
        address,
        ...(request.maskingKey === undefined ? {} : { maskingKey: maskingKey(request.maskingKey) }),
        armed: request.arm === workspace.target,
        who: userInfo().username,
        signal,
        onProgress: () => undefined,
      }),
    );
  } finally {
    await writer.close();
  }
}
