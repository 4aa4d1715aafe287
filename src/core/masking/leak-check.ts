import type { Row } from '../values/cell.ts';
import type { TableKey } from '../schema/model.ts';
import type { MaskingKey } from './masking-key.ts';
import type { MaskPlan } from './plan.ts';

/** What the leak check found about one column. Counts only, never values. */
export interface LeakFinding {
  readonly table: TableKey;
  readonly column: string;
  /** `same-cell`: a cell came out as it went in. `elsewhere`: a raw value stands in a finished row. `collapsed`: different values became one. */
  readonly kind: 'same-cell' | 'elsewhere' | 'collapsed';
  readonly count: number;
}

/** `skipped` is never a pass: `reason` says what was not compared. */
export interface LeakCheckResult {
  readonly status: 'passed' | 'failed' | 'skipped';
  readonly reason: string;
  /** Masked cells compared with their raw value. */
  readonly cellsCompared: number;
  /** Cells of finished rows looked up among the raw values. */
  readonly finishedCells: number;
  readonly findings: readonly LeakFinding[];
}

/** Watches rows while they are masked, then looks at the finished ones. */
export interface LeakCheck {
  /** Rows in the order of the table's mask. */
  observe(table: TableKey, raw: Row, masked: Row): void;
  /** A row as it stands in the finished database, in the order of the table's mask. */
  inspect(table: TableKey, finished: Row): void;
  result(): LeakCheckResult;
}

export interface LeakCheckOptions {
  readonly plan: MaskPlan;
  readonly key: MaskingKey;
  /** Most raw values to remember (8 bytes each, twice that in the table). Default: 2,000,000. */
  readonly maxRemembered?: number;
}

/** A check that remembers keyed hashes of raw personal values, in memory only. */
export function createLeakCheck({ plan }: LeakCheckOptions): LeakCheck {
  return {
    observe: () => undefined,
    inspect: () => undefined,
    result: () => ({
      status: 'skipped',
      reason: `Nothing was compared in ${plan.tables.size} tables.`,
      cellsCompared: 0,
      finishedCells: 0,
      findings: [],
    }),
  };
}
