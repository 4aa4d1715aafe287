import type { TableKey } from '../core/schema/model.ts';

/** How the kit stands on a target. */
export interface KitReport {
  readonly target: string;
  readonly address: string;
  /** `partial`: some of it is missing; `older`, `newer`: of another version of Syncline. */
  readonly state: 'absent' | 'current' | 'partial' | 'older' | 'newer' | 'restored';
  /** Of the kit that is installed, and of the one that this version of Syncline writes. */
  readonly installedVersion?: number;
  readonly version: number;
  /** Tables of the workspace by whether their changes are logged; the cause where they are not. */
  readonly tables: readonly {
    readonly table: TableKey;
    readonly tracked: boolean;
    readonly cause?: string;
  }[];
  /** Signatures of functions that are not there. */
  readonly missing: readonly string[];
  readonly changeLogRows?: number;
  /** ISO 8601, UTC. */
  readonly oldestChange?: string;
  readonly stagedPushes?: number;
  /** What to do next, for people. */
  readonly advice: string;
}
