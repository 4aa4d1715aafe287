import { restrictCatalog, selectForPull } from '../../core/rules/select-tables.ts';
import { kitMigration } from '../../databases/kit/kit-migration.ts';
import { withSnapshot } from '../../engine/with-snapshot.ts';
import { inWorkspace, withProduction } from './in-workspace.ts';
import { notBuilt, type Handlers } from './operation.ts';

/** What a target may install for change tracking. */
export const kitOperations: Handlers<'kitSql' | 'kitStatus'> = {
  kitSql: (request, context) =>
    inWorkspace(request, context, (workspace) =>
      withProduction(workspace, request.credentials, (production) =>
        withSnapshot(production, context.signal, async (snapshot) => {
          const catalog = await snapshot.catalog(context.signal);
          return kitMigration({
            tables: restrictCatalog(catalog, selectForPull(catalog, workspace.rules)).tables,
          });
        }),
      ),
    ),

  kitStatus: notBuilt,
};
