import { userInfo } from 'node:os';
import { maskingKey } from '../../core/masking/masking-key.ts';
import { openProductionWriter } from '../../databases/open-production-writer.ts';
import { undo, undoable } from '../../engine/undo.ts';
import { inWorkspace, locked } from './in-workspace.ts';
import type { Handlers } from './operation.ts';

export const undoOperations: Handlers<'undoable' | 'undo'> = {
  undoable: (request, context) =>
    inWorkspace(request, context, (workspace) => Promise.resolve(undoable(workspace))),

  undo: (request, context) =>
    inWorkspace(request, context, (workspace) =>
      locked(workspace, () => {
        const { databaseUrl } = request.credentials;
        return undo(workspace, {
          ...(request.run === undefined ? {} : { run: request.run }),
          openWriter: () => openProductionWriter(databaseUrl === undefined ? {} : { databaseUrl }),
          ...(request.maskingKey === undefined ? {} : { maskingKey: maskingKey(request.maskingKey) }),
          mode: request.mode,
          armed: request.arm === workspace.target,
          replaceLocalEdits: request.replaceLocalEdits ?? false,
          who: userInfo().username,
          signal: context.signal,
        });
      }),
    ),
};
