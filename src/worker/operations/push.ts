import { userInfo } from 'node:os';
import { maskingKey } from '../../core/masking/masking-key.ts';
import { push } from '../../engine/push.ts';
import { inWorkspace, locked, withProduction } from './in-workspace.ts';
import type { Handlers } from './operation.ts';
import { withWriter } from './with-writer.ts';

export const pushOperations: Handlers<'push'> = {
  push: (request, context) =>
    inWorkspace(request, context, (workspace) =>
      locked(workspace, () =>
        withWriter(workspace, request.credentials, context.signal, (writer) =>
          withProduction(workspace, request.credentials, ({ address }) =>
            push(workspace, {
              writer,
              address,
              ...(request.maskingKey === undefined ? {} : { maskingKey: maskingKey(request.maskingKey) }),
              mode: request.mode,
              armed: request.arm === workspace.target,
              confirmed: request.confirmed ?? false,
              rowByRow: request.rowByRow ?? false,
              approved: request.approved ?? [],
              who: userInfo().username,
              signal: context.signal,
              onProgress: () => undefined,
            }),
          ),
        ),
      ),
    ),
};
