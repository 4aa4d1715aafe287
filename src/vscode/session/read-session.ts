import * as vscode from 'vscode';
import { fromErrorRecord, toSynclineError, type SynclineError } from '../../core/errors.ts';
import type { Log } from '../../engine/progress.ts';
import type { TargetStatus, WorkspaceStatus } from '../../engine/workspace-status.ts';
import type { EngineClient } from '../../worker/engine-client.ts';
import type { CredentialStore, TargetPlace } from '../secrets/credential-store.ts';
import type { TargetConnection } from '../tree/describe-target.ts';
import { findFolder, readWorkspaceFile } from './folder.ts';
import { withKnownTargets, withTargetStatus } from './merge-status.ts';
import { EMPTY_STATE, type Phase, type SessionState } from './session-state.ts';
import { readTargets as readTargetEntries, type TargetEntry } from './workspace-file-text.ts';

/** `local` asks nobody; `remote` also asks the targets that a key is kept for. */
export type RefreshScope = 'local' | 'remote';

interface ReadOptions {
  readonly engine: EngineClient;
  readonly credentials: CredentialStore;
  readonly log: Log;
  /** What was known before; kept where this reading learns nothing new. */
  readonly known: SessionState;
  readonly scope: RefreshScope;
  readonly show: (state: SessionState) => void;
}

export function placeOf(folder: vscode.Uri, { name, supabaseUrl }: TargetEntry): TargetPlace {
  return { folder: folder.toString(), target: name, ...(supabaseUrl !== undefined && { supabaseUrl }) };
}

/** Finds out how the workspace stands, and shows what is known so far on the way. In an untrusted one it reads nothing. */
export async function readSession(options: ReadOptions): Promise<void> {
  const local = await readLocally(options);
  options.show(local);
  if (options.scope === 'remote') await readTargets(options, local);
}

async function readLocally({ engine, credentials, log, known }: ReadOptions): Promise<SessionState> {
  if ((vscode.workspace.workspaceFolders ?? []).length === 0) return bare('no-folder');
  if (!vscode.workspace.isTrusted) return bare('untrusted');
  const folder = await findFolder();
  if (folder === undefined) return bare('no-folder');
  const text = await readWorkspaceFile(folder);
  if (text === undefined) return { ...bare('unconfigured'), folder };

  const entries = readTargetEntries(text);
  const connections = await readConnections(credentials, folder, entries, known);
  const seen = { folder, entries, connections };
  try {
    const local = await readLocalStatus(engine, folder, entries);
    const status = withKnownTargets(local, stillKnown(known, folder, entries));
    return { ...seen, phase: phaseOf(status, connections), status };
  } catch (thrown) {
    return { ...seen, phase: 'failed', problem: logged(log, thrown) };
  }
}

/** The status of every target, without asking any. The engine answers for one target at a time. */
async function readLocalStatus(
  engine: EngineClient,
  folder: vscode.Uri,
  entries: readonly TargetEntry[],
): Promise<WorkspaceStatus> {
  const first = await engine.call('status', { folder: folder.fsPath });
  const answered = new Set(first.targets.map(({ target }) => target));
  const others: TargetStatus[] = [];
  for (const { name } of entries.filter((entry) => !answered.has(entry.name))) {
    const { targets } = await engine.call('status', { folder: folder.fsPath, target: name });
    others.push(...targets.filter(({ target }) => target === name));
  }
  const targets = [...first.targets, ...others].map((target) => {
    const address = target.address ?? entries.find(({ name }) => name === target.target)?.supabaseUrl;
    return address === undefined ? target : { ...target, address };
  });
  return { ...first, targets };
}

/** Each connected target in turn. One that cannot be reached keeps what is known of it, and says why. */
async function readTargets(
  { engine, credentials, log, show }: ReadOptions,
  { folder, entries, connections: before, status: local }: SessionState,
): Promise<void> {
  if (folder === undefined || local === undefined) return;
  let status = local;
  const connections = new Map(before);
  for (const entry of entries) {
    const opened = await credentials.open(placeOf(folder, entry));
    if (opened.state !== 'connected') continue;
    try {
      const request = { folder: folder.fsPath, target: entry.name, credentials: opened.credentials };
      const fresh = (await engine.call('status', request)).targets.find(
        ({ target }) => target === entry.name,
      );
      const refused = fresh?.connectionError;
      if (refused !== undefined) throw fromErrorRecord(refused);
      if (fresh !== undefined) status = withTargetStatus(status, fresh);
      connections.set(entry.name, { state: 'connected' });
    } catch (thrown) {
      connections.set(entry.name, { state: 'connected', problem: logged(log, thrown) });
    }
    show({ folder, entries, connections: new Map(connections), phase: phaseOf(status, connections), status });
  }
}

async function readConnections(
  credentials: CredentialStore,
  folder: vscode.Uri,
  entries: readonly TargetEntry[],
  known: SessionState,
): Promise<ReadonlyMap<string, TargetConnection>> {
  const connections = new Map<string, TargetConnection>();
  for (const entry of entries) {
    const { state } = await credentials.open(placeOf(folder, entry));
    const problem = state === 'connected' ? known.connections.get(entry.name)?.problem : undefined;
    connections.set(entry.name, { state, ...(problem !== undefined && { problem }) });
  }
  return connections;
}

function bare(phase: Phase): SessionState {
  return { ...EMPTY_STATE, phase };
}

function phaseOf(status: WorkspaceStatus, connections: ReadonlyMap<string, TargetConnection>): Phase {
  const isConnected = [...connections.values()].some(({ state }) => state !== 'disconnected');
  const isPulled = status.targets.some(({ tables }) => tables.length > 0);
  return isConnected || isPulled ? 'ready' : 'disconnected';
}

/** What was known before, of the targets that are still where they were. */
function stillKnown(
  known: SessionState,
  folder: vscode.Uri,
  entries: readonly TargetEntry[],
): WorkspaceStatus | undefined {
  if (known.status === undefined || known.folder?.toString() !== folder.toString()) return undefined;
  const urlOf = (list: readonly TargetEntry[], target: string) =>
    list.find(({ name }) => name === target)?.supabaseUrl;
  const targets = known.status.targets.filter(
    ({ target }) => urlOf(entries, target) === urlOf(known.entries, target),
  );
  return { ...known.status, targets };
}

function logged(log: Log, thrown: unknown): SynclineError {
  const error = toSynclineError(thrown);
  log('warn', `${error.code}: ${error.message}`);
  return error;
}
