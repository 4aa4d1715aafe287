import { Worker } from 'node:worker_threads';
import { fromErrorRecord, SynclineError } from '../core/errors.ts';
import type { OnProgress } from '../engine/progress.ts';
import type { CallOptions, EngineClient, EngineClientOptions } from './engine-client.ts';
import type { ClientMessage, OperationName, Operations, WorkerMessage } from './protocol.ts';

/** Rows die young: a larger space for them costs a hundred megabytes and gains nothing that can be measured. */
const RESOURCE_LIMITS = { maxYoungGenerationSizeMb: 16 };

interface PendingCall {
  readonly resolve: (result: Operations[OperationName]['result']) => void;
  readonly reject: (error: Error) => void;
  readonly onProgress: OnProgress | undefined;
}

/**
 * The engine in a worker thread, which is started by the first call and again after it has died. Calls may overlap;
 * the engine itself refuses a second one that changes the same workspace.
 */
export function createEngineClient({ workerPath, log }: EngineClientOptions): EngineClient {
  const pending = new Map<number, PendingCall>();
  let worker: Worker | undefined;
  let lastId = 0;

  const failAll = (error: SynclineError): void => {
    for (const call of pending.values()) call.reject(error);
    pending.clear();
  };

  const start = (): Worker => {
    const started = new Worker(workerPath, { resourceLimits: RESOURCE_LIMITS });
    started.on('message', (message: WorkerMessage) => {
      if (message.kind === 'log') log(message.level, message.message);
      else receive(pending, message);
    });
    started.on('error', (cause) => {
      failAll(new SynclineError('INTERNAL', 'The engine stopped unexpectedly.', {}, { cause }));
    });
    started.on('exit', () => {
      if (worker === started) worker = undefined;
      failAll(new SynclineError('CANCELLED', 'The engine was stopped.'));
    });
    return started;
  };

  return {
    call<Name extends OperationName>(
      operation: Name,
      request: Operations[Name]['request'],
      options: CallOptions = {},
    ): Promise<Operations[Name]['result']> {
      const { signal, onProgress } = options;
      if (signal?.aborted === true) {
        return Promise.reject(new SynclineError('CANCELLED', 'The operation was cancelled.'));
      }
      worker ??= start();
      const running = worker;
      const id = (lastId += 1);
      const send = (message: ClientMessage): void => running.postMessage(message);
      const cancel = (): void => send({ kind: 'cancel', id });
      const result = new Promise<Operations[Name]['result']>((resolve, reject) => {
        pending.set(id, { resolve, reject, onProgress });
      });
      signal?.addEventListener('abort', cancel, { once: true });
      send({ kind: 'request', id, operation, request });
      return result.finally(() => signal?.removeEventListener('abort', cancel));
    },
    async dispose() {
      await worker?.terminate();
    },
  };
}

function receive(pending: Map<number, PendingCall>, message: Exclude<WorkerMessage, { kind: 'log' }>): void {
  const call = pending.get(message.id);
  if (call === undefined) return;
  if (message.kind === 'progress') {
    call.onProgress?.(message.progress);
    return;
  }
  pending.delete(message.id);
  if (message.kind === 'result') call.resolve(message.result);
  else call.reject(fromErrorRecord(message.error));
}
