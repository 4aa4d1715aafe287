import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SynclineError } from '../core/errors.ts';
import { parseWorkspaceFile } from '../core/rules/parse-workspace-file.ts';
import { WORKSPACE_FILE_NAME } from '../core/rules/workspace-file.ts';
import { loadSqliteDriver, type SqliteDriver } from '../databases/sqlite/driver.ts';
import { sqliteLocalDatabase } from '../databases/sqlite/local-database.ts';
import type { Log } from '../engine/progress.ts';
import { chooseTarget, workspacePaths, type EngineContext } from '../engine/workspace.ts';
import { openLedger } from '../ledger/ledger.ts';
import type { WorkspaceRequest } from './protocol.ts';

export interface OpenWorkspace extends EngineContext {
  readonly driver: SqliteDriver;
  /** The text of the workspace file. */
  readonly text: string;
  close(): void;
}

/** Opens a workspace folder with its ledger. Throws CONFIG_ errors, TARGET_UNKNOWN, LEDGER_CORRUPT. */
export async function openWorkspace(request: WorkspaceRequest, log: Log): Promise<OpenWorkspace> {
  const text = await readWorkspaceFile(request.folder);
  const rules = parseWorkspaceFile(text);
  const target = chooseTarget(rules, request.target);
  const driver = await loadSqliteDriver();
  const paths = workspacePaths(request.folder, rules.file.local.path);
  const local = sqliteLocalDatabase(driver);
  // A mistake in "local.path" is told before anything is made beside it.
  local.inspect(paths.local);
  const ledger = openLedger(driver, paths.ledger);
  return {
    driver,
    text,
    paths,
    rules,
    target,
    local,
    ledger,
    clock: Date.now,
    newRunId,
    log,
    close: () => ledger.close(),
  };
}

async function readWorkspaceFile(folder: string): Promise<string> {
  try {
    return await readFile(join(folder, WORKSPACE_FILE_NAME), 'utf8');
  } catch (cause) {
    throw new SynclineError(
      'CONFIG_NOT_FOUND',
      `There is no ${WORKSPACE_FILE_NAME} in ${folder}.`,
      { folder },
      { cause },
    );
  }
}

/** Sorts by time and says when: `20260102T030405678Z-9f3c51`. */
function newRunId(): string {
  const stamp = new Date().toISOString().replace(/[-:.]/g, '');
  return `${stamp}-${randomBytes(3).toString('hex')}`;
}
