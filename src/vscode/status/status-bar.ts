import * as vscode from 'vscode';
import { createLifetime, type Ending } from '../lifetime.ts';
import type { Session } from '../session/session.ts';
import { connectionOf, targetsOf, type SessionState } from '../session/session-state.ts';
import { statusText, type StatusInput, type StatusText } from './describe-status.ts';

const AGES_REFRESH = 60_000;

/** The status bar item: the first target at rest, the running operation, or what is wrong. */
export function showStatusBar(session: Session): Ending {
  const lifetime = createLifetime();
  const item = lifetime.add(
    vscode.window.createStatusBarItem('syncline.status', vscode.StatusBarAlignment.Left, 40),
  );
  item.name = 'Syncline';
  item.command = 'syncline.tables.focus';
  const draw = () => {
    const text = statusText(inputOf(session.state, Date.now()));
    if (text === undefined) item.hide();
    else paint(item, text);
  };
  lifetime.add(session.onDidChange(draw));
  const timer = setInterval(draw, AGES_REFRESH);
  lifetime.add({ dispose: () => clearInterval(timer) });
  draw();
  return lifetime;
}

function inputOf(state: SessionState, now: number): StatusInput {
  const target = state.phase === 'ready' ? targetsOf(state)[0] : undefined;
  const connection = target === undefined ? undefined : connectionOf(state, target.target);
  const problem = state.phase === 'failed' ? state.problem : connection?.problem;
  return {
    connected: connection?.state === 'connected',
    now,
    ...(target !== undefined && { target }),
    ...(state.operation !== undefined && { operation: state.operation }),
    ...(problem !== undefined && { problem }),
  };
}

function paint(item: vscode.StatusBarItem, { text, tooltip, label, tone }: StatusText): void {
  item.text = text;
  item.tooltip = new vscode.MarkdownString(tooltip);
  item.accessibilityInformation = { label, role: 'button' };
  item.backgroundColor =
    tone === 'error' ? new vscode.ThemeColor('statusBarItem.errorBackground') : undefined;
  item.color =
    tone === 'production' ? new vscode.ThemeColor('syncline.statusBarProductionForeground') : undefined;
  item.show();
}
