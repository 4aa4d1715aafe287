/** Composes the engine with its databases and its ledger, for every caller: the worker thread and the command line. */
import { changesOperations } from './operations/changes.ts';
import { kitOperations } from './operations/kit.ts';
import { maskingOperations } from './operations/masking.ts';
import type { Handler, Handlers, OperationContext } from './operations/operation.ts';
import { pullOperations } from './operations/pull.ts';
import { pushOperations } from './operations/push.ts';
import { statusOperations } from './operations/status.ts';
import { syncOperations } from './operations/sync.ts';
import { undoOperations } from './operations/undo.ts';
import type { OperationName, Operations } from './protocol.ts';

export type { OperationContext } from './operations/operation.ts';

const HANDLERS: Handlers<OperationName> = {
  ...statusOperations,
  ...pullOperations,
  ...pushOperations,
  ...syncOperations,
  ...changesOperations,
  ...undoOperations,
  ...kitOperations,
  ...maskingOperations,
};

/** Runs one operation. Rejects with a SynclineError, or with whatever a bug throws. */
export function runOperation<Name extends OperationName>(
  operation: Name,
  request: Operations[Name]['request'],
  context: OperationContext,
): Promise<Operations[Name]['result']> {
  const handler: Handler<Name> = HANDLERS[operation];
  return handler(request, context);
}
