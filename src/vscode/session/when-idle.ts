import type { Session } from './session.ts';

/** Resolves when no operation runs. */
export function whenIdle(session: Pick<Session, 'state' | 'onDidChange'>): Promise<void> {
  if (session.state.operation === undefined) return Promise.resolve();
  return new Promise((resolve) => {
    const watching = session.onDidChange(({ operation }) => {
      if (operation !== undefined) return;
      watching.dispose();
      resolve();
    });
  });
}
