import * as vscode from 'vscode';
import { createLifetime, type Ending } from '../lifetime.ts';
import type { Session } from '../session/session.ts';
import { targetsOf } from '../session/session-state.ts';
import { changeLook } from '../changes/describe-change.ts';
import { lookOfUri } from './change-uri.ts';
import { driftLook, targetLook, type DriftLook } from './drift.ts';
import { parseTableUri } from './table-uri.ts';

/** Letters and colours for the drift of each table and for each changed row, as Git has them for files. */
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
        const look = lookOfUri(uri);
        if (look !== undefined) return decoration(changeLook(look));
        const names = parseTableUri(uri);
        const target = targetsOf(session.state).find((one) => one.target === names?.target);
        if (names === undefined || target === undefined) return undefined;
        if (names.table === undefined) return decoration(targetLook(target.tables.map(({ drift }) => drift)));
        const table = target.tables.find((one) => one.table === names.table);
        return decoration(table && driftLook(table.drift));
      },
    }),
  );
  return lifetime;
}

function decoration(look: DriftLook | undefined): vscode.FileDecoration | undefined {
  if (look?.badge === undefined) return undefined;
  const colour = look.colour === undefined ? undefined : new vscode.ThemeColor(look.colour);
  return new vscode.FileDecoration(look.badge, look.label, colour);
}
