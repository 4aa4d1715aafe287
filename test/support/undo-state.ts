/** All that an undo has to bring back here, as a test compares it. */
import type { UndoReport } from '../../src/engine/undo-report.ts';
import type { UndoOptions } from '../../src/engine/undo-run.ts';
import { undo } from '../../src/engine/undo.ts';
import { recover } from '../../src/engine/recover.ts';
import { dump, dumpRows } from './sqlite-files.ts';
import { KEY, type TestWorkspace } from './test-workspace.ts';

export interface KnownState {
  /** The local database's schema and rows. */
  readonly local: string;
  /** The base's rows, in no order. */
  readonly base: readonly string[];
  /** What the ledger knows of the target, but for the file's fingerprint. */
  readonly pulled: unknown;
  readonly held: unknown;
}

export function knownState(workspace: TestWorkspace): Promise<KnownState> {
  return workspace.open(({ ledger }) => {
    const pulled = ledger.pulled('production');
    return {
      local: dump(workspace.database),
      base: pulled === undefined ? [] : dumpRows(pulled.basePath).sort(),
      pulled: { ...pulled, fingerprint: '' },
      held: ledger.held('production'),
    };
  });
}

/** Undoes as the product does: settled first. */
export function undoing(workspace: TestWorkspace, options: Partial<UndoOptions> = {}): Promise<UndoReport> {
  return workspace.open((context) => {
    recover(context);
    return undo(context, {
      openWriter: () => {
        throw new Error('No writer was given.');
      },
      maskingKey: KEY,
      mode: 'apply',
      armed: true,
      replaceLocalEdits: false,
      who: 'test',
      signal: new AbortController().signal,
      ...options,
    });
  });
}
