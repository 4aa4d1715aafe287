import * as vscode from 'vscode';
import type { Session } from '../session/session.ts';
import { targetsOf, type SessionState } from '../session/session-state.ts';

/** Keeps the context keys that menus, enablement and welcome texts ask for in step with the session. */
export function keepContextKeys(session: Session): vscode.Disposable {
  const set = new Map<string, string | boolean>();
  const apply = (state: SessionState) => {
    for (const [key, value] of Object.entries(contextKeys(state))) {
      if (set.get(key) === value) continue;
      set.set(key, value);
      void vscode.commands.executeCommand('setContext', key, value);
    }
  };
  apply(session.state);
  return session.onDidChange(apply);
}

function contextKeys(state: SessionState): Readonly<Record<string, string | boolean>> {
  return {
    'syncline.phase': state.phase,
    'syncline.problem': state.phase === 'failed' ? (state.problem?.code ?? '') : '',
    'syncline.running': state.operation !== undefined,
    'syncline.connected': [...state.connections.values()].some((one) => one.state === 'connected'),
    'syncline.pulled': targetsOf(state).some(({ pulledAt }) => pulledAt !== undefined),
    'syncline.localExists': state.status?.local.exists ?? false,
  };
}
