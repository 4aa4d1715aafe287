import * as vscode from 'vscode';
import { createLifetime, type Ending } from '../lifetime.ts';
import type { Session } from '../session/session.ts';
import { arm, armedMinutes, stillArmed, type ArmableTarget, type Armed } from './armed.ts';

/** Which protected target may be written to now. Lives in memory alone: a window that closes has disarmed. */
export interface Arming extends Ending {
  readonly armed: Armed | undefined;
  /** Also each second while a target is armed. */
  readonly onDidChange: vscode.Event<Armed | undefined>;
  arm(target: ArmableTarget): void;
  disarm(): void;
}

export function createArming(session: Session): Arming {
  const lifetime = createLifetime();
  const changed = lifetime.add(new vscode.EventEmitter<Armed | undefined>());
  let kept: Armed | undefined;
  let timer: NodeJS.Timeout | undefined;

  const set = (next: Armed | undefined) => {
    if (next === undefined && kept === undefined) return;
    const began = (next === undefined) !== (kept === undefined);
    kept = next;
    if (began) void vscode.commands.executeCommand('setContext', 'syncline.armed', next !== undefined);
    clearInterval(timer);
    if (next !== undefined) timer = setInterval(look, 1000);
    changed.fire(next);
  };
  // The timer only draws: whoever asks is answered by the clock.
  const current = () => stillArmed(kept, session.state.entries, Date.now());
  const look = () => {
    const now = current();
    if (now === undefined) set(undefined);
    else changed.fire(now);
  };
  lifetime.add(session.onDidChange(() => kept !== undefined && current() === undefined && set(undefined)));
  lifetime.add({ dispose: () => clearInterval(timer) });

  return {
    get armed() {
      return current();
    },
    onDidChange: changed.event,
    arm(target) {
      const setting = vscode.workspace.getConfiguration('syncline').get<unknown>('armed.minutes');
      set(arm(target, armedMinutes(setting), Date.now()));
    },
    disarm() {
      set(undefined);
    },
    dispose: () => {
      lifetime.dispose();
    },
  };
}
