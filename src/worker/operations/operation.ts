import type { Log, OnProgress } from '../../engine/progress.ts';
import type { OperationName, Operations } from '../protocol.ts';

export interface OperationContext {
  readonly signal: AbortSignal;
  readonly onProgress: OnProgress;
  readonly log: Log;
}

export type Handler<Name extends OperationName> = (
  request: Operations[Name]['request'],
  context: OperationContext,
) => Promise<Operations[Name]['result']>;

/** The handlers of some operations. */
export type Handlers<Name extends OperationName> = { readonly [Each in Name]: Handler<Each> };
