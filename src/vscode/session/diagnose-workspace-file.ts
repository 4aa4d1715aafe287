import * as vscode from 'vscode';
import type { SynclineError } from '../../core/errors.ts';
import { createLifetime, type Ending } from '../lifetime.ts';
import { failureMessage } from '../text/failure-message.ts';
import { workspaceFileOf } from './folder.ts';
import type { Session } from './session.ts';
import type { SessionState } from './session-state.ts';
import { tokenEnd } from './workspace-file-text.ts';

/** Underlines what the engine refuses in syncline.json, where it stands. */
export function diagnoseWorkspaceFile(session: Session): Ending {
  const lifetime = createLifetime();
  const diagnostics = lifetime.add(vscode.languages.createDiagnosticCollection('syncline'));
  let shown: readonly SynclineError[] = [];
  lifetime.add(
    session.onDidChange((state) => {
      const problems = problemsOf(state);
      if (problems.length === shown.length && problems.every((problem, index) => problem === shown[index]))
        return;
      shown = problems;
      void show(diagnostics, state.folder, problems);
    }),
  );
  return lifetime;
}

function problemsOf({ problem, connections }: SessionState): readonly SynclineError[] {
  const remote = [...connections.values()].map((connection) => connection.problem);
  return [problem, ...remote]
    .filter((one) => one !== undefined)
    .filter(({ code }) => code.startsWith('CONFIG_') && code !== 'CONFIG_NOT_FOUND');
}

async function show(
  diagnostics: vscode.DiagnosticCollection,
  folder: vscode.Uri | undefined,
  problems: readonly SynclineError[],
): Promise<void> {
  if (folder === undefined || problems.length === 0) {
    diagnostics.clear();
    return;
  }
  const document = await vscode.workspace.openTextDocument(workspaceFileOf(folder));
  diagnostics.set(
    document.uri,
    problems.map((problem) => {
      const diagnostic = new vscode.Diagnostic(rangeOf(problem, document), failureMessage(problem));
      diagnostic.source = 'Syncline';
      diagnostic.code = problem.code;
      return diagnostic;
    }),
  );
}

/** The token at the error's line and column (both from 1). */
function rangeOf({ details }: SynclineError, document: vscode.TextDocument): vscode.Range {
  const { line, column } = details;
  const start = document.validatePosition(
    new vscode.Position(typeof line === 'number' ? line - 1 : 0, typeof column === 'number' ? column - 1 : 0),
  );
  const end = tokenEnd(document.getText(), document.offsetAt(start));
  return new vscode.Range(start, document.positionAt(end));
}
