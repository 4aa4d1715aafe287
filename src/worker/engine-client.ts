import type { Operations, OperationName } from './protocol.ts';
import type { Log, OnProgress } from '../engine/progress.ts';

export interface CallOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: OnProgress;
}

/** The engine, wherever it runs. Rejects with a SynclineError; an aborted call rejects with CANCELLED. */
export interface EngineClient {
  call<Name extends OperationName>(
    operation: Name,
    request: Operations[Name]['request'],
    options?: CallOptions,
  ): Promise<Operations[Name]['result']>;
  /** Ends the engine; calls under way are cancelled. */
  dispose(): Promise<void>;
}

export interface EngineClientOptions {
  /** Absolute path of the bundled worker script. */
  readonly workerPath: string;
  readonly log: Log;
}
