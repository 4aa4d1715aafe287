import { Buffer } from 'node:buffer';
import type { TableKey } from '../schema/model.ts';
import type { Cell, Row } from '../values/cell.ts';
import { DistinctCount, FingerprintSet, fingerprinter } from './fingerprint-set.ts';
import type { MaskingKey } from './masking-key.ts';
import type { ColumnMask, MaskPlan, TableMask } from './plan.ts';
import { cameOutAsItWas, isSearchedFor, isSearchedIn } from './same-cell.ts';

/** What the leak check found about one column. Counts only, never values. */
export interface LeakFinding {
  readonly table: TableKey;
  readonly column: string;
  /**
   * `same-cell`: cells came out as they went in. `elsewhere`: cells of finished rows are raw values of masked columns.
   * `collapsed`: different values that had to stay different became one.
   */
  readonly kind: 'same-cell' | 'elsewhere' | 'collapsed';
  readonly count: number;
}

/** One of the things that were checked. `skipped` is never a pass: `detail` says what was not compared. */
export interface LeakCheckPart {
  readonly name: string;
  readonly status: 'passed' | 'failed' | 'skipped';
  readonly detail: string;
}

/** How many cells of a masked column were compared, and how many different values went in and came out (an estimate, with a standard error of 3 %). */
export interface MaskedColumnCount {
  readonly table: TableKey;
  readonly column: string;
  readonly cells: number;
  readonly distinctRaw: number;
  readonly distinctMasked: number;
}

export interface LeakCheckResult {
  /** `failed` when a part failed; `passed` when every masked cell was compared; else `skipped`. */
  readonly status: 'passed' | 'failed' | 'skipped';
  /** What was compared, and what was not. */
  readonly reason: string;
  readonly parts: readonly LeakCheckPart[];
  readonly findings: readonly LeakFinding[];
  readonly columns: readonly MaskedColumnCount[];
}

/** Watches rows while they are masked, then looks at the finished ones. */
export interface LeakCheck {
  /** A row before and after masking, in the order of the table's mask. */
  observe(table: TableKey, raw: Row, masked: Row): void;
  /** A row as it stands in the finished database, in the order of the table's mask. Call it after all rows were observed. */
  inspect(table: TableKey, finished: Row): void;
  result(): LeakCheckResult;
}

export interface LeakCheckOptions {
  readonly plan: MaskPlan;
  readonly key: MaskingKey;
  /** Most raw values to remember, 16 bytes each. Default: 2,000,000. */
  readonly maxRemembered?: number;
}

const MOST_REMEMBERED = 2_000_000;

/** Fewer different values than this may fall together by the error of the estimate. */
const LEAST_DISTINCT = 100;
const COLLAPSED_BELOW = 0.7;

interface Watched {
  readonly mask: ColumnMask;
  readonly index: number;
  cells: number;
  same: number;
  elsewhere: number;
  readonly raw: DistinctCount;
  readonly masked: DistinctCount;
}

/**
 * A check of what masking did, by other means than masking uses: it compares every masked cell with the raw one, counts
 * the different values on both sides, and remembers keyed fingerprints of raw values that tell who somebody is, in
 * memory only, to look for them in the finished rows.
 */
export function createLeakCheck(options: LeakCheckOptions): LeakCheck {
  const tables = new Map([...options.plan.tables.values()].map((table) => [table.table, watch(table)]));
  const fingerprint = fingerprinter(options.key);
  const remembered = new FingerprintSet(options.maxRemembered ?? MOST_REMEMBERED);
  let forgotten = 0;
  let inspected = 0;
  const strange = new Set<TableKey>();

  const columnsFor = (table: TableKey, row: Row): readonly Watched[] => {
    const columns = tables.get(table);
    if (columns?.length === row.length) return columns;
    strange.add(table);
    return [];
  };

  return {
    observe(table, raw, masked) {
      for (const column of columnsFor(table, raw)) {
        if (column.mask.transformer === 'keep') continue;
        const before = raw[column.index] ?? null;
        if (before === null) continue;
        const after = masked[column.index] ?? null;
        column.cells += 1;
        if (cameOutAsItWas(column.mask, before, after)) column.same += 1;
        const folded = fold(before);
        const found = fingerprint(folded);
        column.raw.add(found);
        if (isSearchedFor(column.mask.transformer, folded) && !remembered.add(found)) forgotten += 1;
        if (after !== null) column.masked.add(fingerprint(fold(after)));
      }
    },
    inspect(table, finished) {
      for (const column of columnsFor(table, finished)) {
        const cell = finished[column.index];
        if (typeof cell !== 'string' || !isSearchedIn(column.mask)) continue;
        if (remembered.has(fingerprint(fold(cell)))) column.elsewhere += 1;
      }
      inspected += 1;
    },
    result: () => summarise(tables, { remembered: remembered.size, forgotten, inspected, strange }),
  };
}

function watch({ columns }: TableMask): Watched[] {
  return columns.map((mask, index) => ({
    mask,
    index,
    cells: 0,
    same: 0,
    elsewhere: 0,
    raw: new DistinctCount(),
    masked: new DistinctCount(),
  }));
}

function fold(cell: Exclude<Cell, null>): string {
  if (typeof cell === 'string') return cell.trim().toLowerCase();
  return cell instanceof Uint8Array ? Buffer.from(cell).toString('latin1') : String(cell);
}

interface Seen {
  readonly remembered: number;
  readonly forgotten: number;
  readonly inspected: number;
  /** Tables whose rows did not have the columns of the mask. */
  readonly strange: ReadonlySet<TableKey>;
}

function summarise(tables: ReadonlyMap<TableKey, readonly Watched[]>, seen: Seen): LeakCheckResult {
  const findings: LeakFinding[] = [];
  const columns: MaskedColumnCount[] = [];
  let cells = 0;
  for (const [table, watched] of tables) {
    for (const { mask, cells: compared, same, elsewhere, raw, masked } of watched) {
      const { column } = mask;
      cells += compared;
      if (same > 0) findings.push({ table, column, kind: 'same-cell', count: same });
      if (elsewhere > 0) findings.push({ table, column, kind: 'elsewhere', count: elsewhere });
      if (compared === 0) continue;
      const counts = { distinctRaw: raw.estimate(), distinctMasked: masked.estimate() };
      columns.push({ table, column, cells: compared, ...counts });
      const lost = counts.distinctRaw - counts.distinctMasked;
      const isCollapsed = counts.distinctMasked < counts.distinctRaw * COLLAPSED_BELOW;
      if (mask.unique && counts.distinctRaw >= LEAST_DISTINCT && isCollapsed) {
        findings.push({ table, column, kind: 'collapsed', count: lost });
      }
    }
  }
  const parts = [comparison(cells, seen, findings), search(seen, findings)];
  const status = parts.some((part) => part.status === 'failed') ? 'failed' : (parts[0]?.status ?? 'skipped');
  return { status, reason: parts.map(({ detail }) => detail).join('; '), parts, findings, columns };
}

function comparison(cells: number, seen: Seen, findings: readonly LeakFinding[]): LeakCheckPart {
  const name = 'masked cells differ from their originals';
  const same = total(findings, 'same-cell');
  const collapsed = findings.filter(({ kind }) => kind === 'collapsed').length;
  if (same + collapsed > 0) {
    const found = [
      ...(same > 0 ? [`${same} masked cells are as they were`] : []),
      ...(collapsed > 0 ? [`different values became one in ${collapsed} columns`] : []),
    ];
    return { name, status: 'failed', detail: found.join(' and ') };
  }
  if (seen.strange.size > 0) {
    return {
      name,
      status: 'skipped',
      detail: `rows of ${[...seen.strange].join(', ')} could not be compared`,
    };
  }
  if (cells === 0) return { name, status: 'skipped', detail: 'no masked cell was compared' };
  return { name, status: 'passed', detail: `${cells} masked cells differ from their originals` };
}

function search(seen: Seen, findings: readonly LeakFinding[]): LeakCheckPart {
  const name = 'no original stands elsewhere';
  const elsewhere = total(findings, 'elsewhere');
  if (elsewhere > 0) {
    return { name, status: 'failed', detail: `${elsewhere} finished cells are originals of masked columns` };
  }
  if (seen.inspected === 0)
    return { name, status: 'skipped', detail: 'finished rows were not searched for originals' };
  if (seen.remembered === 0)
    return { name, status: 'skipped', detail: 'there was no original to search for' };
  const searched = `${seen.remembered} originals were searched for in ${seen.inspected} finished rows`;
  return seen.forgotten > 0
    ? { name, status: 'skipped', detail: `${searched}, ${seen.forgotten} were not, for memory's sake` }
    : { name, status: 'passed', detail: searched };
}

function total(findings: readonly LeakFinding[], kind: LeakFinding['kind']): number {
  return findings.filter((finding) => finding.kind === kind).reduce((sum, { count }) => sum + count, 0);
}
