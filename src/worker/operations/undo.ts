import { userInfo } from 'node:os';
import { maskingKey } from '../../core/masking/masking-key.ts';
import { undo, undoable } from '../../engine/undo.ts';
import { inWorkspace, locked } from './in-workspace.ts';
import type { Handlers } from './operation.ts';
import { openWriter } from './with-writer.ts';

export const undoOperations: Handlers<'undoable' | 'undo'> = {
  undoable: (request, context) =>
    inWorkspace(request, context, (workspace) => Promise.resolve(undoable(workspace))),

  undo: (request, context) =>
    inWorkspace(request, context, (workspace) =>
      locked(workspace, () =>
        undo(workspace, {
          ...(request.run === undefined ? {} : { run: request.run }),
          openWriter: () => openWriter(workspace, request.credentials, context.signal),
          ...(request.maskingKey === undefined ? {} : { maskingKey: maskingKey(request.maskingKey) }),
          mode: request.mode,
          armed: request.arm === workspace.target,
          replaceLocalEdits: request.replaceLocalEdits ?? false,
          who: userInfo().username,
          signal: context.signal,
        }),
      ),
    ),
};
