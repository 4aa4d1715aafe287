/** What a target has of the kit, the SQL that lets it tell what changed (docs/kit.md). */
import type { UnansweredCause } from './changes-port.ts';
import type { TableKey } from './schema/model.ts';

/** `partial`: some of it is missing; `older`, `newer`: of another version of Syncline; `restored`: of another database. */
export type KitState = 'absent' | 'current' | 'partial' | 'older' | 'newer' | 'restored';

export interface KitInstallation {
  /** The kit is used only when it is `current`. */
  readonly state: KitState;
  readonly installedVersion?: number;
  /** Of the kit that this version of Syncline writes. */
  readonly version: number;
  /** The tables that it was told to track, with the cause where it does not. */
  readonly tables: readonly { readonly table: TableKey; readonly cause?: 'absent' | UnansweredCause }[];
  /** Signatures of functions that are not there. */
  readonly missing: readonly string[];
  readonly changeLogRows?: number;
  /** ISO 8601, UTC. */
  readonly oldestChange?: string;
  readonly stagedPushes?: number;
}
