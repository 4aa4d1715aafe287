import { sync } from '../../engine/sync.ts';
import { inWorkspace, locked, withProduction } from './in-workspace.ts';
import type { Handlers } from './operation.ts';
import { incrementalOptions } from './pull.ts';
import { withPushOptions } from './push.ts';
import { settleBeforePull } from './with-writer.ts';

export const syncOperations: Handlers<'sync'> = {
  sync: (request, context) =>
    inWorkspace(request, context, (workspace) =>
      locked(workspace, () =>
        withProduction(workspace, request.credentials, async (production) => {
          const pull = incrementalOptions(request, production, context);
          const { maskingKey: key, signal } = pull;
          await settleBeforePull(workspace, request.credentials, { key, tolerant: false, signal });
          return withPushOptions(workspace, request, context, (push) => sync(workspace, { pull, push }));
        }),
      ),
    ),
};
