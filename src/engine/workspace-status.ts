import type { ErrorRecord } from '../core/errors.ts';
import type { TableTracking } from '../core/local-changes-port.ts';
import type { Capability } from '../core/ports.ts';
import type { TableKey } from '../core/schema/model.ts';
import type { PulledColumn } from './pull-report.ts';

/**
 * How a table stands between local and target, from what is known without asking anybody anything again.
 * `unknown` says that production was not compared since the last pull and nothing else is known.
 */
export type TableDrift =
  'never-pulled' | 'in-step' | 'local-changes' | 'production-changes' | 'both' | 'schema-differs' | 'unknown';

export interface ChangeCounts {
  readonly inserted: number;
  readonly updated: number;
  readonly deleted: number;
}

/** A column as the editor's tree shows it. */
export interface ColumnStatus extends PulledColumn {
  /** As Postgres spells it: `character varying(40)`. */
  readonly postgresType: string;
  readonly nullable: boolean;
  /** What a foreign key makes it refer to. */
  readonly references?: { readonly table: TableKey; readonly column: string };
}

export interface TableStatus {
  readonly table: TableKey;
  readonly drift: TableDrift;
  /** Rows at the last pull. */
  readonly rows?: number;
  /** The planner's estimate for a table that was never pulled. */
  readonly estimatedRows?: number;
  readonly columns: number;
  readonly maskedColumns: number;
  /** In ordinal order; absent when the catalog is not known. */
  readonly columnDetails?: readonly ColumnStatus[];
  readonly primaryKey: readonly string[];
  readonly local?: ChangeCounts;
  /** Whether local changes are found by what the file logs; absent where it logs none. */
  readonly tracking?: TableTracking;
  readonly production?: ChangeCounts;
  /** Differences of schema, one line each, such as `column "phone" was added in production`. */
  readonly schemaDifferences: readonly string[];
  /** ISO 8601, UTC. */
  readonly pulledAt?: string;
  readonly comparedAt?: string;
}

/** What was found and settled when the workspace was opened: an earlier run that did not end by itself. */
export interface Recovery {
  readonly run: string;
  /** Which database the user has now: the one from before that run, or the one that it made. */
  readonly database: 'old' | 'new';
  readonly message: string;
}

export interface TargetStatus {
  readonly target: string;
  readonly address?: string;
  readonly capabilities: readonly Capability[];
  readonly protected: boolean;
  /** Why the target could not be asked; what is shown is then what was known. */
  readonly connectionError?: ErrorRecord;
  /** ISO 8601, UTC, of the last pull that succeeded. */
  readonly pulledAt?: string;
  readonly tables: readonly TableStatus[];
}

export interface WorkspaceStatus {
  readonly local: { readonly path: string; readonly exists: boolean; readonly bytes: number };
  readonly targets: readonly TargetStatus[];
  readonly recovery?: Recovery;
}
