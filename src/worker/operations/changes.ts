import { maskingKey } from '../../core/masking/masking-key.ts';
import { listLocalChanges, type ListOptions } from '../../engine/list-local-changes.ts';
import { listProductionChanges } from '../../engine/list-production-changes.ts';
import type { ChangesRequest } from '../protocol.ts';
import { inWorkspace, locked, recoverIfIdle, withProduction } from './in-workspace.ts';
import type { Handlers } from './operation.ts';

/** Changed rows, one by one, to look at. */
export const changesOperations: Handlers<'localChanges' | 'productionChanges'> = {
  localChanges: (request, context) =>
    inWorkspace(request, context, (workspace) =>
      locked(workspace, () => Promise.resolve(listLocalChanges(workspace, pageOf(request)))),
    ),

  productionChanges: (request, context) =>
    inWorkspace(request, context, (workspace) =>
      withProduction(workspace, request.credentials, (production) => {
        recoverIfIdle(workspace);
        return listProductionChanges(workspace, {
          production,
          ...(request.maskingKey === undefined ? {} : { maskingKey: maskingKey(request.maskingKey) }),
          signal: context.signal,
          ...pageOf(request),
        });
      }),
    ),
};

function pageOf({ tables, offset, limit }: ChangesRequest): ListOptions {
  return {
    ...(tables === undefined ? {} : { tables }),
    ...(offset === undefined ? {} : { offset }),
    ...(limit === undefined ? {} : { limit }),
  };
}
