import * as vscode from 'vscode';
import { toSynclineError } from '../../core/errors.ts';
import type { TableStatus } from '../../engine/workspace-status.ts';
import type { EngineClient } from '../../worker/engine-client.ts';
import type { Credentials } from '../../worker/protocol.ts';
import { runQuietly, runWithProgress } from '../progress/show-progress.ts';
import { maskingKeyOf } from '../secrets/masking-key.ts';
import type { Services } from '../services.ts';
import { placeOf } from '../session/read-session.ts';
import { withComparedTables } from '../session/merge-status.ts';
import type { OperationHandle } from '../session/session.ts';
import { connectionOf, targetsOf } from '../session/session-state.ts';
import { formatTables } from '../text/amounts.ts';
import { hasDrifted } from '../tree/drift.ts';
import { chooseConnectedTarget, type ChosenTarget } from './choose-target.ts';
import { showFailure } from './show-failure.ts';

/** Compares production with what was last pulled, and shows the result in the tree. Throws what the engine throws. */
export async function compareTarget(
  services: Services,
  target: ChosenTarget,
): Promise<readonly TableStatus[]> {
  return runWithProgress(services.session, 'compare', target.name, compareWork(services, target));
}

/** The command. */
export async function compareWithProduction(services: Services, named: string | undefined): Promise<void> {
  try {
    const target = await chooseConnectedTarget(services, named);
    if (target === undefined) return;
    const compared = await compareTarget(services, target);
    vscode.window.setStatusBarMessage(compareSummary(target.name, compared), 8000);
  } catch (thrown) {
    showFailure(services, thrown, { retry: () => compareWithProduction(services, named) });
  }
}

/**
 * Compares in the background what is small enough for it (`syncline.compare.automaticRowLimit`), so that drift shows
 * without asking. Says nothing when it fails: the log does.
 */
export async function compareInBackground(services: Services): Promise<void> {
  const limit = vscode.workspace
    .getConfiguration('syncline')
    .get<number>('compare.automaticRowLimit', 100_000);
  const { state } = services.session;
  if (state.phase !== 'ready' || state.folder === undefined || limit <= 0) return;
  for (const status of targetsOf(state)) {
    const connection = connectionOf(services.session.state, status.target);
    const rows = status.tables.reduce((sum, { rows: count }) => sum + (count ?? 0), 0);
    if (connection.state !== 'connected' || connection.problem !== undefined) continue;
    if (status.pulledAt === undefined || rows > limit || services.session.state.operation !== undefined)
      continue;
    const entry = state.entries.find(({ name }) => name === status.target);
    const opened =
      entry === undefined ? undefined : await services.credentials.open(placeOf(state.folder, entry));
    if (opened?.state !== 'connected') continue;
    const target = { folder: state.folder, name: status.target, credentials: opened.credentials };
    try {
      await runQuietly(services.session, 'compare', status.target, compareWork(services, target));
    } catch (thrown) {
      const { code, message } = toSynclineError(thrown);
      services.channel.warn(`The comparison in the background ended: ${code}: ${message}`);
    }
  }
}

function compareWork(
  { engine, session, secrets }: { engine: EngineClient } & Pick<Services, 'session' | 'secrets'>,
  { folder, name, credentials }: { folder: vscode.Uri; name: string; credentials: Credentials },
): (handle: OperationHandle) => Promise<readonly TableStatus[]> {
  return async (handle) => {
    const { key } = await maskingKeyOf(secrets, folder.toString());
    const request = { folder: folder.fsPath, target: name, credentials, maskingKey: key };
    const compared = await engine.call('compare', request, handle);
    const { status } = session.state;
    if (status !== undefined) session.update({ status: withComparedTables(status, name, compared) });
    return compared;
  };
}

function compareSummary(target: string, compared: readonly TableStatus[]): string {
  const drifted = compared.filter(({ drift }) => hasDrifted(drift)).length;
  return drifted === 0
    ? vscode.l10n.t('Syncline: {0} compared with {1}, all in step.', formatTables(compared.length), target)
    : vscode.l10n.t(
        'Syncline: {0} compared with {1}, {2} drifted.',
        formatTables(compared.length),
        target,
        drifted,
      );
}
