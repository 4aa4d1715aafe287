import * as vscode from 'vscode';
import { connectToProduction } from '../connect/connect.ts';
import { createLifetime, type Ending } from '../lifetime.ts';
import type { Services } from '../services.ts';
import { formatTables } from '../text/amounts.ts';
import { plainMessage } from '../text/plain-label.ts';
import { targetsOf } from '../session/session-state.ts';
import { NODE_KINDS, type TreeNode } from '../tree/tree-nodes.ts';
import { armTarget } from './arm-target.ts';
import { installChangeTracking, showChangeTracking } from './change-tracking.ts';
import { targetOfNode } from './choose-target.ts';
import { compareInBackground, compareWithProduction } from './compare.ts';
import { disconnect } from './disconnect.ts';
import { openChange } from './open-change.ts';
import { openWorkspaceFile, revealLocal, showReport } from './open-things.ts';
import { previewMasking } from './preview-masking.ts';
import { previewPull } from './preview-pull.ts';
import { pullChanges } from './pull-changes.ts';
import { pullIntoCopy } from './pull-into-copy.ts';
import { pullRecord, pullSelectedTables } from './pull-record.ts';
import { pullProduction } from './pull.ts';
import { pushChanges, type PushStart } from './push.ts';
import { showFailure } from './show-failure.ts';
import { suggestRules } from './suggest-rules.ts';
import { sync } from './sync.ts';
import { undoLast } from './undo.ts';

type Handler = (...args: readonly unknown[]) => Promise<void> | void;

/** Every command of the extension. Those that a tree node offers take it as their argument, or a target's name. */
export function registerCommands(services: Services): Ending {
  const { session, channel } = services;
  const handlers: Readonly<Record<string, Handler>> = {
    'syncline.pull': (at) => pullProduction(services, targetNamed(at)),
    'syncline.cancel': () => session.state.operation?.cancel(),
    'syncline.refresh': () => refresh(services),
    'syncline.compare': (at) => compareWithProduction(services, targetNamed(at)),
    'syncline.previewMasking': (at) => previewMasking(services, targetNamed(at), tableNamed(at)),
    'syncline.suggestRules': (at) => suggestRules(services, targetNamed(at)),
    'syncline.openWorkspaceFile': (line, column) =>
      typeof line === 'number' && typeof column === 'number'
        ? openWorkspaceFile(services, { line, column })
        : openWorkspaceFile(services),
    'syncline.revealLocal': () => revealLocal(services),
    'syncline.showReport': (at) => showReport(services, targetNamed(at)),
    'syncline.showLog': () => channel.show(),
    'syncline.pullChanges': (at) => pullChanges(services, targetNamed(at), nodeOf(at)),
    'syncline.previewPull': (at) => previewPull(services, targetNamed(at), nodeOf(at)),
    'syncline.pullTables': (at) => pullSelectedTables(services, targetNamed(at), nodeOf(at)),
    'syncline.pullRecord': (at) => pullRecord(services, targetNamed(at), nodeOf(at)),
    'syncline.pullIntoCopy': (at) => pullIntoCopy(services, targetNamed(at)),
    'syncline.push': (at) => pushChanges(services, pushStart(at, 'push')),
    'syncline.previewPush': (at) => pushChanges(services, pushStart(at, 'preview')),
    'syncline.rehearsePush': (at) => pushChanges(services, pushStart(at, 'rehearse')),
    'syncline.sync': (at) => sync(services, targetNamed(at)),
    'syncline.undo': (at) => undoLast(services, targetNamed(at)),
    'syncline.arm': (at) => armTarget(services, targetNamed(at)),
    'syncline.disarm': () => services.arming.disarm(),
    'syncline.installTracking': (at) => installChangeTracking(services, targetNamed(at)),
    'syncline.trackingStatus': (at) => showChangeTracking(services, targetNamed(at)),
    'syncline.openChange': (at) => openChange(services, nodeOf(at)),
    'syncline.moreChanges': (at) => listMoreChanges(services, nodeOf(at)),
    'syncline.previewGo': () => services.question.answer('go'),
    'syncline.previewRehearse': () => services.question.answer('rehearse'),
    'syncline.previewNextPage': () => services.previews.next(),
    'syncline.connect': (at) => connect(services, targetNamed(at)),
    'syncline.disconnect': (at) => disconnect(services, targetNamed(at)),
  };
  const lifetime = createLifetime();
  for (const [name, handler] of Object.entries(handlers)) {
    const guarded = async (...args: readonly unknown[]) => {
      try {
        // The command may be what activated the extension: the workspace is read before it goes on.
        if (session.state.phase === 'loading') await session.refresh('local');
        await handler(...args);
      } catch (thrown) {
        showFailure(services, thrown);
      }
    };
    lifetime.add(vscode.commands.registerCommand(name, guarded));
  }
  return lifetime;
}

async function refresh(services: Services): Promise<void> {
  await services.session.refresh('remote');
  const { connections } = services.session.state;
  for (const { problem } of connections.values()) if (problem !== undefined) throw problem;
  await compareInBackground(services);
}

async function connect(services: Services, named: string | undefined): Promise<void> {
  const connected = await connectToProduction(services, named);
  if (connected === undefined) return;
  const status = targetsOf(services.session.state).find(({ target }) => target === connected.target);
  const pull = vscode.l10n.t('Pull production (anonymized)');
  const text = vscode.l10n.t(
    'Connected to {0}: {1}. The key is kept in the editor’s secret storage.',
    plainMessage(connected.target),
    formatTables(status?.tables.length ?? 0),
  );
  const choice = await vscode.window.showInformationMessage(text, pull);
  if (choice === pull) await pullProduction(services, connected.target);
}

function pushStart(at: unknown, first: PushStart['first']): PushStart {
  const target = targetNamed(at);
  const node = nodeOf(at);
  return { first, ...(target !== undefined && { target }), ...(node !== undefined && { node }) };
}

async function listMoreChanges(services: Services, node: TreeNode | undefined): Promise<void> {
  if (node?.kind !== 'more-changes') return;
  await services.pages.listMore(node.table);
  services.redrawChanges(node.table);
}

function targetNamed(at: unknown): string | undefined {
  return typeof at === 'string' ? at : targetOfNode(nodeOf(at));
}

function tableNamed(at: unknown): string | undefined {
  const node = nodeOf(at);
  return node?.kind === 'table' ? node.status.table : undefined;
}

/** Commands get the tree's own node from the tree's menus, and anything at all from keybindings and other extensions. */
function nodeOf(at: unknown): TreeNode | undefined {
  const kinds: readonly unknown[] = NODE_KINDS;
  return typeof at === 'object' && at !== null && 'kind' in at && kinds.includes(at.kind)
    ? (at as TreeNode)
    : undefined;
}
