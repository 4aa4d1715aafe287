import { userInfo } from 'node:os';
import { maskingKey } from '../../core/masking/masking-key.ts';
import { openProductionWriter } from '../../databases/open-production-writer.ts';
import { push } from '../../engine/push.ts';
import { inWorkspace, locked, withProduction } from './in-workspace.ts';
import type { Handlers } from './operation.ts';

export const pushOperations: Handlers<'push'> = {
  push: (request, context) =>
    inWorkspace(request, context, (workspace) =>
      locked(workspace, async () => {
        const { databaseUrl } = request.credentials;
        const writer = openProductionWriter(databaseUrl === undefined ? {} : { databaseUrl });
        try {
          return await withProduction(workspace, request.credentials, ({ address }) =>
            push(workspace, {
              writer,
              address,
              ...(request.maskingKey === undefined ? {} : { maskingKey: maskingKey(request.maskingKey) }),
              mode: request.mode,
              armed: request.arm === workspace.target,
              who: userInfo().username,
              signal: context.signal,
              onProgress: () => undefined,
            }),
          );
        } finally {
          await writer.close();
        }
      }),
    ),
};
