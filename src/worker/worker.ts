/** The worker thread's script: runs the engine's operations for the editor, so that its main thread stays free. */
import { parentPort } from 'node:worker_threads';
import { toErrorRecord, toSynclineError } from '../core/errors.ts';
import type { ClientMessage, OperationName, Operations, WorkerMessage } from './protocol.ts';
import { runOperation } from './run-operation.ts';

const running = new Map<number, AbortController>();

function post(message: WorkerMessage): void {
  parentPort?.postMessage(message);
}

async function serve<Name extends OperationName>(
  id: number,
  operation: Name,
  request: Operations[Name]['request'],
): Promise<void> {
  const controller = new AbortController();
  running.set(id, controller);
  try {
    const result = await runOperation(operation, request, {
      signal: controller.signal,
      onProgress: (progress) => post({ kind: 'progress', id, progress }),
      log: (level, message) => post({ kind: 'log', level, message }),
    });
    post({ kind: 'result', id, result });
  } catch (thrown) {
    const error = toSynclineError(thrown);
    if (error.code === 'INTERNAL') post({ kind: 'log', level: 'error', message: stackOf(error) });
    post({ kind: 'error', id, error: toErrorRecord(error) });
  } finally {
    running.delete(id);
  }
}

/** Where a bug happened, without its message: drivers quote values in messages. */
function stackOf(error: Error): string {
  const cause = error.cause instanceof Error ? error.cause : error;
  const frames = cause.stack?.split('\n').filter((line) => line.trimStart().startsWith('at ')) ?? [];
  return [`${error.message} It happened here:`, ...frames].join('\n');
}

parentPort?.on('message', (message: ClientMessage) => {
  if (message.kind === 'cancel') running.get(message.id)?.abort();
  else void serve(message.id, message.operation, message.request);
});
