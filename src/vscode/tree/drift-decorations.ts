import * as vscode from 'vscode';
import { createLifetime, type Ending } from '../lifetime.ts';
import type { Session } from '../session/session.ts';
import { targetsOf } from '../session/session-state.ts';
import { driftLook } from './drift.ts';
import { parseTableUri } from './table-uri.ts';

/** Letters and colours for the drift of each table, as Git has them for files. */
export function decorateDrift(session: Session): Ending {
  const lifetime = createLifetime();
  const changed = lifetime.add(new vscode.EventEmitter<undefined>());
  let shown = session.state.status;
  lifetime.add(
    session.onDidChange(({ status }) => {
      if (status === shown) return;
      shown = status;
      changed.fire(undefined);
    }),
  );
  lifetime.add(
    vscode.window.registerFileDecorationProvider({
      onDidChangeFileDecorations: changed.event,
      provideFileDecoration(uri) {
        const names = parseTableUri(uri);
        if (names?.table === undefined) return undefined;
        const target = targetsOf(session.state).find((one) => one.target === names.target);
        const table = target?.tables.find((one) => one.table === names.table);
        return table === undefined ? undefined : decoration(table.drift);
      },
    }),
  );
  return lifetime;
}

function decoration(drift: Parameters<typeof driftLook>[0]): vscode.FileDecoration | undefined {
  const { badge, colour, label, propagates } = driftLook(drift);
  if (badge === undefined) return undefined;
  const colourId = colour === undefined ? undefined : new vscode.ThemeColor(colour);
  const made = new vscode.FileDecoration(badge, label, colourId);
  made.propagate = propagates;
  return made;
}
