import * as vscode from 'vscode';
import { SynclineError } from '../../core/errors.ts';
import type { Credentials } from '../../worker/protocol.ts';
import { connectToProduction } from '../connect/connect.ts';
import type { Services } from '../services.ts';
import { placeOf } from '../session/read-session.ts';
import type { TargetEntry } from '../session/workspace-file-text.ts';
import { plainLabel } from '../text/plain-label.ts';
import type { TreeNode } from '../tree/tree-nodes.ts';

/** A target together with what it takes to work on it. */
export interface ChosenTarget {
  readonly folder: vscode.Uri;
  readonly name: string;
  readonly credentials: Credentials;
}

/** The name of the target that a tree node belongs to. */
export function targetOfNode(node: TreeNode | undefined): string | undefined {
  if (node === undefined) return undefined;
  if (node.kind === 'target') return node.status.target;
  return 'target' in node ? node.target : node.table.target;
}

/** The workspace folder. Throws when there is none, or when it is not trusted. */
export function trustedFolder({ session }: Pick<Services, 'session'>): vscode.Uri {
  if (!vscode.workspace.isTrusted) {
    throw new SynclineError('WORKSPACE_UNTRUSTED', 'This workspace is not trusted.');
  }
  const folder = session.state.folder;
  if (folder === undefined) {
    throw new SynclineError('CONFIG_NOT_FOUND', 'No folder is open.');
  }
  return folder;
}

/**
 * The target that was pointed at, the only one, or the one that is picked; connected first where it is not.
 * Undefined when the person backs out.
 */
export async function chooseConnectedTarget(
  services: Services,
  named: string | undefined,
): Promise<ChosenTarget | undefined> {
  const folder = trustedFolder(services);
  const { phase, problem, entries } = services.session.state;
  if (phase === 'failed' && problem !== undefined) throw problem;
  const entry = entries.length === 0 ? undefined : await pickEntry(entries, named);
  if (entries.length > 0 && entry === undefined) return undefined;
  if (entry !== undefined) {
    const opened = await services.credentials.open(placeOf(folder, entry));
    if (opened.state === 'connected') return { folder, name: entry.name, credentials: opened.credentials };
  }
  const connected = await connectToProduction(services, entry?.name);
  return connected === undefined
    ? undefined
    : { folder: connected.folder, name: connected.target, credentials: connected.credentials };
}

/** The credentials of a target without asking anybody. Throws CREDENTIALS_MISSING. */
export async function connectedTarget(
  services: Pick<Services, 'session' | 'credentials'>,
  named: string | undefined,
): Promise<ChosenTarget> {
  const folder = trustedFolder(services);
  const { phase, problem, entries } = services.session.state;
  if (phase === 'failed' && problem !== undefined) throw problem;
  const entry = named === undefined ? entries[0] : entries.find(({ name }) => name === named);
  if (entry === undefined) {
    if (named === undefined) throw new SynclineError('CONFIG_NOT_FOUND', 'There is no syncline.json yet.');
    throw new SynclineError('TARGET_UNKNOWN', `syncline.json has no target named "${named}".`);
  }
  const opened = await services.credentials.open(placeOf(folder, entry));
  if (opened.state === 'connected') return { folder, name: entry.name, credentials: opened.credentials };
  throw new SynclineError(
    'CREDENTIALS_MISSING',
    opened.state === 'moved'
      ? `The key of "${entry.name}" was entered for another URL than the one in syncline.json.`
      : `No key is kept for "${entry.name}".`,
  );
}

/** Picks among several targets; the only one needs no picking. Throws TARGET_UNKNOWN. */
export async function pickEntry(
  entries: readonly TargetEntry[],
  named: string | undefined,
): Promise<TargetEntry | undefined> {
  if (named !== undefined) {
    const entry = entries.find(({ name }) => name === named);
    if (entry === undefined) {
      throw new SynclineError('TARGET_UNKNOWN', `syncline.json has no target named "${named}".`);
    }
    return entry;
  }
  if (entries.length <= 1) return entries[0];
  const picked = await vscode.window.showQuickPick(
    entries.map((entry) => ({ label: plainLabel(entry.name), description: entry.supabaseUrl ?? '', entry })),
    { title: vscode.l10n.t('Which target?') },
  );
  return picked?.entry;
}
