import type { ChangeMethod, UnansweredCause } from '../../core/changes-port.ts';
import type { IncomingStage } from '../../core/incoming-port.ts';
import type { HeldRecord, PulledTableRecord, SyncMarks, TableMark } from '../../core/ledger-port.ts';
import type { BaseReader, RowCounts } from '../../core/local-ports.ts';
import type { LeakCheck } from '../../core/masking/leak-check.ts';
import type { MaskingKey } from '../../core/masking/masking-key.ts';
import type { ProductionSnapshot } from '../../core/ports.ts';
import type { ResolvedSelection } from '../resolve-selection.ts';
import type { ParentBringer } from '../parents/bring-parents.ts';
import type { TableKey } from '../../core/schema/model.ts';

/** What is needed to find out what production changed since the base. */
export interface FindChanges {
  /** The tables to look at, all with a primary key. */
  readonly records: readonly PulledTableRecord[];
  readonly snapshot: ProductionSnapshot;
  readonly base: BaseReader;
  /** Told of rows that are taken in; brings what they refer to. Absent where no row can be missing. */
  readonly parents?: Pick<ParentBringer, 'saw' | 'bring'>;
  /** Watches rows while they are masked; absent where nothing is masked, or nothing is kept. */
  readonly leaks?: Pick<LeakCheck, 'observe'> | undefined;
  /** Takes what was found. */
  readonly incoming: IncomingStage;
  readonly marks: SyncMarks | undefined;
  /** Rows that wait for a decision: the base is behind production in them, whatever changes since. */
  readonly held: readonly HeldRecord[];
  readonly maskingKey: MaskingKey | undefined;
  /** By table, the column that tells when a row was last changed, where the workspace file names one. */
  readonly watermarks: ReadonlyMap<TableKey, string>;
  /** What of production is searched; all when absent. */
  readonly selection?: ResolvedSelection | undefined;
  /** The only method that may be used; the best for each table when absent. */
  readonly method: ChangeMethod | undefined;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly signal: AbortSignal;
  /** Told the table that is looked at, and all rows that were read so far. */
  readonly onRead: (table: TableKey, tablesDone: number, rowsRead: number) => void;
}

/** What production changed in one table, and how that is known. */
export interface FoundChanges {
  readonly record: PulledTableRecord;
  /** `selection`: only rows that were asked for, and those that have to do with them. */
  readonly method: ChangeMethod | 'selection';
  /** Why a better method could not be used, where one was tried. */
  readonly instead?: UnansweredCause | 'pruned' | 'moved' | 'first-time' | 'comparison-due';
  readonly counts: RowCounts;
  /** Rows that were read to find them, and what they weighed. */
  readonly read: number;
  readonly bytes: number;
}

export interface Found {
  /** The tables of which anything was read or has come. */
  readonly tables: readonly FoundChanges[];
  /** Rows that were held before and of which nothing was heard: they stay held as they are. */
  readonly stillHeld: readonly HeldRecord[];
  /** What was asked for and not looked at, for people. */
  readonly warnings: readonly string[];
  /** From where the next search begins, if what was found is taken in. */
  readonly marks: SyncMarks;
}

/** What one method says of one table. */
export interface TableFinding {
  readonly read: number;
  readonly bytes: number;
  readonly mark?: TableMark;
}
