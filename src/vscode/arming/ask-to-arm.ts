import * as vscode from 'vscode';
import type { Services } from '../services.ts';
import { targetsOf } from '../session/session-state.ts';
import { armingObstacle } from './describe-arming.ts';

/**
 * Whether a target may be written to now; a protected one that is not armed is asked for by its name. `what` says what
 * will happen then.
 */
export async function askToArm(services: ArmingServices, target: string, what?: string): Promise<boolean> {
  const { session, arming } = services;
  if (!isProtected(services, target) || arming.armed?.target === target) return true;
  const typed = await vscode.window.showInputBox({
    title: vscode.l10n.t('Arm {0}', target),
    prompt: [what, vscode.l10n.t('It is protected. Type its name to let it be written to for a while.')]
      .filter((part) => part !== undefined)
      .join(' '),
    placeHolder: target,
    ignoreFocusOut: true,
    // Nothing is wrong before anything was typed.
    validateInput: (value) => (value === '' ? undefined : armingObstacle(value, target)),
  });
  if (typed === undefined || armingObstacle(typed, target) !== undefined) return false;
  const entry = session.state.entries.find(({ name }) => name === target);
  if (entry === undefined) return false;
  arming.arm(entry);
  return true;
}

type ArmingServices = Pick<Services, 'session' | 'arming'>;

/** Protected unless the workspace file says otherwise. */
export function isProtected({ session }: Pick<Services, 'session'>, target: string): boolean {
  return targetsOf(session.state).find((status) => status.target === target)?.protected ?? true;
}
