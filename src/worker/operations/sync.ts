import { sync } from '../../engine/sync.ts';
import { inWorkspace, locked, withProduction } from './in-workspace.ts';
import type { Handlers } from './operation.ts';
import { incrementalOptions } from './pull.ts';
import { withWriter } from './push.ts';

export const syncOperations: Handlers<'sync'> = {
  sync: (request, context) =>
    inWorkspace(request, context, (workspace) =>
      locked(workspace, () =>
        withProduction(workspace, request.credentials, (production) =>
          withWriter(workspace, request, context, (push) =>
            sync(workspace, { pull: incrementalOptions(request, production, context), push }),
          ),
        ),
      ),
    ),
};
