/**
 * What the editor (or the command line) asks of the engine, typed. The same operations run in this process or behind
 * a worker thread's message port; everything here can be structured-cloned.
 */
import type { ChangeMethod } from '../core/changes-port.ts';
import type { ErrorRecord } from '../core/errors.ts';
import type { ProductionProbe } from '../core/ports.ts';
import type { TableKey } from '../core/schema/model.ts';
import type { ChangesReport } from '../engine/changes-report.ts';
import type { KitReport } from '../engine/kit-report.ts';
import type { MaskPreview, MaskSuggestion } from '../engine/mask-report.ts';
import type { LogLevel, PullProgress } from '../engine/progress.ts';
import type { PullReport } from '../engine/pull-report.ts';
import type { PushReport } from '../engine/push-report.ts';
import type { Selection } from '../engine/selection.ts';
import type { SyncReport } from '../engine/sync-report.ts';
import type { UndoableRun, UndoReport } from '../engine/undo-report.ts';
import type { TableStatus, WorkspaceStatus } from '../engine/workspace-status.ts';

/** Where production is and how to get in. Held in memory only. */
export interface Credentials {
  readonly supabaseUrl?: string;
  readonly supabaseKey?: string;
  readonly databaseUrl?: string;
}

/** Every operation works on a workspace folder that holds a `syncline.json`. */
export interface WorkspaceRequest {
  /** Absolute path. */
  readonly folder: string;
  /** Name of a target; the only or the first one when absent. */
  readonly target?: string;
}

export interface TargetRequest extends WorkspaceRequest {
  readonly credentials: Credentials;
}

export interface PushRequest extends TargetRequest {
  /** The key of the last pull, in base64; absent when that was raw. */
  readonly maskingKey?: string;
  /** `plan` only looks; `rehearse` does it on the server and rolls back. */
  readonly mode: 'plan' | 'rehearse' | 'push';
  /** The target's name, typed by the user to arm a protected target for this push. */
  readonly arm?: string;
  /** Whether the user agreed to a push above the limits of the workspace file. */
  readonly confirmed?: boolean;
  /** Whether the user agreed to a push row by row, which is not atomic, where nothing better is there. */
  readonly rowByRow?: boolean;
  /** Tables whose rules ask for an approval, and that have it for this push. */
  readonly approved?: readonly TableKey[];
  readonly selection?: Selection;
}

/** A selection is that of both ways. */
export interface SyncRequest
  extends Omit<PullRequest, 'into'>, Pick<PushRequest, 'arm' | 'confirmed' | 'rowByRow' | 'approved'> {}

export interface UndoRequest extends TargetRequest {
  /** The latest run of the target when absent. */
  readonly run?: string;
  readonly maskingKey?: string;
  readonly mode: 'plan' | 'rehearse' | 'apply';
  readonly arm?: string;
  /** Whether local edits may be lost that were made since a full pull (they are kept in a backup). */
  readonly replaceLocalEdits?: boolean;
}

/** One page of changed rows: `limit` rows of each table from `offset`. */
export interface ChangesRequest extends WorkspaceRequest {
  readonly maskingKey?: string;
  readonly tables?: readonly TableKey[];
  readonly offset?: number;
  readonly limit?: number;
}

export interface PullRequest extends TargetRequest {
  /**
   * `full` replaces everything; `incremental` brings only what production changed, beside local edits. When absent, `full`,
   * but `incremental` with a selection or into a copy: both are refused with `full`.
   */
  readonly mode?: 'full' | 'incremental';
  /** 32 bytes in base64. Required unless `raw`. */
  readonly maskingKey?: string;
  /** Pull without masking. */
  readonly raw?: boolean;
  /** Whether unpushed local edits may be replaced (they are kept in the backup). Without it, LOCAL_EDITS is raised. */
  readonly replaceLocalEdits?: boolean;
  readonly selection?: Selection;
  /** How changes are found; the best that the target offers when absent. */
  readonly method?: ChangeMethod;
  /** A copy of the local database that takes the rows instead: the path of a new file, from the workspace folder. */
  readonly into?: string;
}

/** The operations: their parameters and results. Failures are SynclineErrors. */
export interface Operations {
  /** Tries a connection before anything is saved. Needs no workspace file. */
  readonly probe: {
    readonly request: { readonly credentials: Credentials };
    readonly result: ProductionProbe & { readonly address: string; readonly tables: number };
  };
  /** Local knowledge only, plus the target's catalog when credentials are given. Settles a run that was killed. */
  readonly status: {
    readonly request: WorkspaceRequest & { readonly credentials?: Credentials };
    readonly result: WorkspaceStatus;
  };
  /** Reads production and compares it row by row with what was last pulled. */
  readonly compare: {
    readonly request: TargetRequest & { readonly maskingKey?: string };
    readonly result: readonly TableStatus[];
  };
  readonly pull: { readonly request: PullRequest; readonly result: PullReport };
  /** Brings local changes to production: all of them, or none (unless `rowByRow`). */
  readonly push: { readonly request: PushRequest; readonly result: PushReport };
  /** An incremental pull, and then a push of what is left to push. */
  readonly sync: { readonly request: SyncRequest; readonly result: SyncReport };
  /** What was changed locally since the last sync, row by row. Asks nobody. */
  readonly localChanges: { readonly request: ChangesRequest; readonly result: ChangesReport };
  /** What an incremental pull would bring, row by row, masked. Changes nothing. */
  readonly productionChanges: {
    readonly request: ChangesRequest & Pick<TargetRequest, 'credentials'>;
    readonly result: ChangesReport;
  };
  /** The runs of the target that can be undone, the latest first. */
  readonly undoable: { readonly request: WorkspaceRequest; readonly result: readonly UndoableRun[] };
  readonly undo: { readonly request: UndoRequest; readonly result: UndoReport };
  readonly kitStatus: { readonly request: TargetRequest; readonly result: KitReport };
  /** The kit as a migration for the tables that the workspace file lets be synchronised. */
  readonly kitSql: {
    /** With `write`, into the workspace's migrations directory too; MIGRATION_EXISTS when the same is there. */
    readonly request: TargetRequest & { readonly write?: boolean };
    readonly result: {
      readonly up: string;
      readonly down: string;
      /** Absolute paths of what was written. */
      readonly files?: { readonly up: string; readonly down: string };
      /** Of a kit that was written: whether production has it already, and nothing would change. */
      readonly current?: boolean;
    };
  };
  /** The report of the target's last pull that succeeded, from the ledger; null when there was none. */
  readonly lastReport: { readonly request: WorkspaceRequest; readonly result: PullReport | null };
  /** Proposes rules for every column that a pull would mask, and the text of syncline.json with them written in. */
  readonly maskSuggest: { readonly request: TargetRequest; readonly result: MaskSuggestion };
  /** Shows masked sample rows of a table as a pull would write them; never an original. */
  readonly maskPreview: {
    readonly request: TargetRequest & {
      readonly maskingKey: string;
      readonly table: TableKey;
      readonly rows: number;
    };
    readonly result: MaskPreview;
  };
}

export type OperationName = keyof Operations;

/** A call on its way. Operation and request belong together by the type of the call that sends it. */
export interface RequestMessage {
  readonly kind: 'request';
  readonly id: number;
  readonly operation: OperationName;
  readonly request: Operations[OperationName]['request'];
}

/** From the client to the worker. */
export type ClientMessage = RequestMessage | { readonly kind: 'cancel'; readonly id: number };

/** From the worker to the client. */
export type WorkerMessage =
  | { readonly kind: 'result'; readonly id: number; readonly result: Operations[OperationName]['result'] }
  | { readonly kind: 'error'; readonly id: number; readonly error: ErrorRecord }
  | { readonly kind: 'progress'; readonly id: number; readonly progress: PullProgress }
  | { readonly kind: 'log'; readonly level: LogLevel; readonly message: string };
