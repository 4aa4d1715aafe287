import { join } from 'node:path';
import type { LocalDatabase, SwitchRequest, SwitchResult } from '../../src/core/local-ports.ts';
import { localSchemaOf, type LocalTable } from '../../src/core/schema/local-schema.ts';
import { tableKey, type Table } from '../../src/core/schema/model.ts';
import type { Row } from '../../src/core/values/cell.ts';
import { catalogOf } from './catalog.ts';

export interface StagedTable {
  readonly table: Table;
  /** Cells in the order of the table's columns. */
  readonly rows: readonly Row[];
}

/** The local tables of production's, parents first. */
export function localTablesOf(...tables: readonly Table[]): readonly LocalTable[] {
  return localSchemaOf(catalogOf(...tables), { tables: tables.map(({ name }) => tableKey(name)) }).tables;
}

/** Fills a stage file, and leaves it finished. */
export function stageRows(
  local: LocalDatabase,
  path: string,
  staged: readonly StagedTable[],
): readonly LocalTable[] {
  const tables = localTablesOf(...staged.map(({ table }) => table));
  const stage = local.createStage(path, tables);
  for (const table of tables) {
    const write = stage.writer(table);
    const rows = staged.find((each) => tableKey(each.table.name) === table.key)?.rows ?? [];
    stage.batch(() => {
      for (const row of rows) write(row, null);
    });
    stage.finishTable(table);
  }
  stage.finish();
  return tables;
}

export type SwitchOptions = Partial<Omit<SwitchRequest, 'localPath' | 'tables'>>;

/** Stages the rows and switches a local file to them. */
export async function switchToRows(
  local: LocalDatabase,
  localPath: string,
  staged: readonly StagedTable[],
  options: SwitchOptions = {},
): Promise<SwitchResult> {
  const stagePath = options.stagePath ?? join(localPath, '..', 'stage.db');
  const tables = stageRows(local, stagePath, staged);
  return local.switchTo({
    localPath,
    stagePath,
    tables,
    create: !local.inspect(localPath).exists,
    formerIndexes: [],
    signal: new AbortController().signal,
    onTable: () => undefined,
    beforeCommit: () => undefined,
    ...options,
  });
}
