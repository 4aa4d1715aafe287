import { SynclineError } from '../errors.ts';
import type { LogicalType } from '../schema/logical-type.ts';
import type { ColumnGroup } from './foreign-key-groups.ts';
import { alternativesTo, obstacleTo, type ColumnDemands } from './obstacle.ts';
import type { PlannedColumn } from './plan-columns.ts';
import type { MaskReasonSource } from './plan.ts';
import type { MaskOptions, TransformerName } from './transformers.ts';
import { WEIGHT } from './verdict.ts';

/** How a column is masked, before domains are given out. */
export interface Decision {
  readonly transformer: TransformerName;
  readonly options: MaskOptions;
  readonly reason: { readonly source: MaskReasonSource; readonly detail: string };
}

/**
 * The decision on a column that no foreign key ties to another.
 * @throws SynclineError MASKING_IMPOSSIBLE
 */
export function decideAlone(column: PlannedColumn): Decision {
  const { rule, verdict, demands } = column;
  if (rule) return byRule(column);
  const { source, detail } = verdict;
  return {
    ...possible(column, verdict.transformer, verdict.options, demands),
    reason: { source, detail },
  };
}

function byRule(column: PlannedColumn): Decision {
  const { rule, demands } = column;
  const transformer = rule?.transformer ?? 'keep';
  const options = rule?.options ?? {};
  const obstacle = obstacleTo(transformer, options, demands);
  if (obstacle !== undefined) throw impossible(column, `"${transformer}" cannot mask it: ${obstacle}`);
  return { transformer, options, reason: { source: 'rule', detail: 'syncline.json says so' } };
}

/** The wanted transformer, or the first of its alternatives that the column allows. */
function possible(
  column: PlannedColumn,
  wanted: TransformerName,
  options: MaskOptions,
  demands: ColumnDemands,
): Pick<Decision, 'transformer' | 'options'> {
  let first: string | undefined;
  for (const transformer of alternativesTo(wanted, demands.type)) {
    const chosen = transformer === wanted ? options : {};
    const obstacle = obstacleTo(transformer, chosen, demands);
    if (obstacle === undefined) return { transformer, options: chosen };
    first ??= obstacle;
  }
  throw impossible(column, `it should be masked, but ${first ?? ''} Add a rule for it, or exclude it`);
}

/**
 * The decisions on columns that foreign keys tie together: one transformer for all of them, so that references stay
 * intact. A rule for NULL on a referring column stands alone: without a value there is no reference to keep.
 * @throws SynclineError MASKING_IMPOSSIBLE
 */
export function decideGroup(
  group: ColumnGroup,
  columns: readonly PlannedColumn[],
): Map<PlannedColumn, Decision> {
  const alone = columns.filter(({ rule }) => rule?.transformer === 'null');
  const tied = columns.filter((column) => !alone.includes(column));
  const decisions = new Map(alone.map((column) => [column, byRule(column)]));
  const ruled = tied.filter(({ rule }) => rule !== undefined);
  const chosen = ruled.length > 0 ? ruledColumn(ruled, tied) : weightiest(group, tied);
  if (chosen === undefined) return decisions;
  const { transformer, options } = chosen.rule
    ? { transformer: chosen.rule.transformer, options: chosen.rule.options ?? {} }
    : keyed(chosen, tied);
  for (const column of tied) {
    const demands = groupDemands(column, tied);
    const obstacle = obstacleTo(transformer, options, demands);
    if (obstacle !== undefined) {
      throw impossible(column, `"${transformer}" cannot mask it: ${obstacle}${tieNote(column, chosen)}`);
    }
    decisions.set(column, { transformer, options, reason: reasonInGroup(column, chosen, transformer) });
  }
  return decisions;
}

/** The ruled column that speaks for the group. Rules must agree, and none may lay open what another column holds. */
function ruledColumn(
  ruled: readonly PlannedColumn[],
  tied: readonly PlannedColumn[],
): PlannedColumn | undefined {
  const [first, ...others] = ruled;
  if (first === undefined) return undefined;
  const other = others.find((column) => JSON.stringify(column.rule) !== JSON.stringify(first.rule));
  if (other) {
    throw impossible(
      other,
      `a foreign key ties it to ${nameOf(first)}, whose rule differs; give both the same rule, or the references break`,
    );
  }
  const exposed = tied.find(({ rule, verdict }) => rule === undefined && verdict.weight === WEIGHT.personal);
  if (first.rule?.transformer === 'keep' && exposed) {
    throw impossible(
      exposed,
      `a foreign key ties it to ${nameOf(first)}, which a rule keeps, but it looks personal (${exposed.verdict.detail}); ` +
        'give both the same rule',
    );
  }
  return first;
}

/** The column whose verdict weighs most; the one that others refer to where several weigh the same. */
function weightiest(group: ColumnGroup, tied: readonly PlannedColumn[]): PlannedColumn | undefined {
  const most = Math.max(...tied.map(({ verdict }) => verdict.weight));
  const heavy = tied.filter(({ verdict }) => verdict.weight === most);
  return heavy.find(({ key }) => key === group.root) ?? heavy[0];
}

/** Transformers that could give two keys one value, or none. */
const LOSES_REFERENCES: ReadonlySet<TransformerName> = new Set([
  'null',
  'redact',
  'json',
  'text',
  'number-noise',
]);

const INJECTIVE: Partial<Record<LogicalType['kind'], TransformerName>> = {
  text: 'key',
  integer: 'digits',
  numeric: 'digits',
  bytes: 'hash',
};

/** A transformer under which references hold: one that maps different values to different ones. */
function keyed(
  chosen: PlannedColumn,
  tied: readonly PlannedColumn[],
): Pick<Decision, 'transformer' | 'options'> {
  const { transformer, options } = chosen.verdict;
  const { type } = chosen.column;
  const wanted = LOSES_REFERENCES.has(transformer) ? (INJECTIVE[type.kind] ?? transformer) : transformer;
  const candidates = alternativesTo(wanted, type).map((candidate) => ({
    transformer: candidate,
    options: candidate === transformer ? options : {},
  }));
  const allows = (candidate: Pick<Decision, 'transformer' | 'options'>, column: PlannedColumn): boolean =>
    obstacleTo(candidate.transformer, candidate.options, groupDemands(column, tied)) === undefined;
  const possibleForAll = candidates.find((candidate) => tied.every((column) => allows(candidate, column)));
  return possibleForAll ?? { transformer: wanted, options: {} };
}

/** What all columns of a group demand together: the narrowest one limits every one, and what is referred to is unique. */
export function groupDemands(column: PlannedColumn, tied: readonly PlannedColumn[]): ColumnDemands {
  const lengths = tied.map(({ demands }) => demands.maxLength ?? Infinity);
  const narrowest = Math.min(...lengths);
  return {
    ...column.demands,
    unique: true,
    maxLength: narrowest === Infinity ? undefined : narrowest,
  };
}

function reasonInGroup(
  column: PlannedColumn,
  chosen: PlannedColumn,
  transformer: TransformerName,
): Decision['reason'] {
  if (column.rule) return { source: 'rule', detail: 'syncline.json says so' };
  const own = column === chosen || (column.verdict.transformer === transformer && chosen.rule === undefined);
  if (own) return { source: column.verdict.source, detail: column.verdict.detail };
  return { source: 'foreign-key', detail: `a foreign key ties it to ${nameOf(chosen)}` };
}

function tieNote(column: PlannedColumn, chosen: PlannedColumn): string {
  return column === chosen ? '' : ` A foreign key ties it to ${nameOf(chosen)}.`;
}

function nameOf({ tableKey, column }: PlannedColumn): string {
  return `${tableKey}.${column.name}`;
}

function impossible(column: PlannedColumn, why: string): SynclineError {
  const sentence = why.endsWith('.') ? why : `${why}.`;
  return new SynclineError('MASKING_IMPOSSIBLE', `Column ${nameOf(column)}: ${sentence}`, {
    table: column.tableKey,
    column: column.column.name,
  });
}
