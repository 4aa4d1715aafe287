import { join, isAbsolute } from 'node:path';
import { restrictCatalog, selectForPull } from '../../core/rules/select-tables.ts';
import { kitMigration } from '../../databases/kit/kit-migration.ts';
import { kitIsInOrder, kitStatus } from '../../engine/kit-status.ts';
import { withSnapshot } from '../../engine/with-snapshot.ts';
import { writeMigration } from '../write-migration.ts';
import { inWorkspace, withProduction } from './in-workspace.ts';
import type { Handlers } from './operation.ts';

/** What a target may install for change tracking. */
export const kitOperations: Handlers<'kitSql' | 'kitStatus'> = {
  kitSql: (request, context) =>
    inWorkspace(request, context, (workspace) =>
      withProduction(workspace, request.credentials, async (production) => {
        const migration = await withSnapshot(production, context.signal, async (snapshot) => {
          const catalog = await snapshot.catalog(context.signal);
          return kitMigration({
            tables: restrictCatalog(catalog, selectForPull(catalog, workspace.rules)).tables,
          });
        });
        if (request.write !== true) return migration;
        const current = kitIsInOrder(await kitStatus(workspace, production, context.signal));
        const { directory } = workspace.rules.file.migrations;
        const folder = isAbsolute(directory) ? directory : join(request.folder, directory);
        const files = await writeMigration(folder, 'syncline_kit', migration, new Date(workspace.clock()));
        return { ...migration, files, current };
      }),
    ),

  kitStatus: (request, context) =>
    inWorkspace(request, context, (workspace) =>
      withProduction(workspace, request.credentials, (production) =>
        kitStatus(workspace, production, context.signal),
      ),
    ),
};
