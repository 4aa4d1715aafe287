import type { LogicalType } from '../schema/logical-type.ts';
import { groupDemands, type Decision } from './decide.ts';
import type { ColumnGroup, ForeignKeyGroups } from './foreign-key-groups.ts';
import { obstacleTo } from './obstacle.ts';
import type { PlannedColumn } from './plan-columns.ts';
import type { ColumnMask } from './plan.ts';
import type { TransformerName } from './transformers.ts';

/**
 * Transformers whose results look otherwise where they must be unique. One unique column makes the whole domain so:
 * a name that is a key somewhere masks alike where it is not.
 */
const OTHERWISE_IF_UNIQUE: ReadonlySet<TransformerName> = new Set([
  'full-name',
  'first-name',
  'last-name',
  'street-address',
  'city',
  'region',
  'country',
  'company',
  'phone',
  'postal-code',
  'digits',
  'ip',
  'date-shift',
]);

/** The masks of all columns: decisions with their domains, and with what the columns of a domain demand together. */
export function giveDomains(
  columns: readonly PlannedColumn[],
  decisions: ReadonlyMap<PlannedColumn, Decision>,
  groups: ForeignKeyGroups,
): Map<PlannedColumn, ColumnMask> {
  const byKey = new Map(columns.map((column) => [column.key, column]));
  const drafts = new Map<PlannedColumn, ColumnMask>();
  for (const column of columns) {
    const decision = decisions.get(column);
    if (decision) drafts.set(column, draft(column, decision, groups.groupOf(column.key), byKey, decisions));
  }
  const uniqueDomains = new Set(
    [...drafts.values()]
      .filter(({ unique, transformer }) => unique && OTHERWISE_IF_UNIQUE.has(transformer))
      .map(({ domain }) => domain),
  );
  for (const [column, made] of drafts) {
    if (made.transformer === 'json') {
      drafts.set(column, { ...made, uniqueDomains: [...uniqueDomains].toSorted() });
    } else if (!made.unique && OTHERWISE_IF_UNIQUE.has(made.transformer) && uniqueDomains.has(made.domain)) {
      const demands = { ...column.demands, unique: true };
      const fits = obstacleTo(made.transformer, made.options, demands) === undefined;
      if (fits) drafts.set(column, { ...made, unique: true });
    }
  }
  return drafts;
}

function draft(
  column: PlannedColumn,
  decision: Decision,
  group: ColumnGroup | undefined,
  byKey: ReadonlyMap<string, PlannedColumn>,
  decisions: ReadonlyMap<PlannedColumn, Decision>,
): ColumnMask {
  const { transformer, options, reason } = decision;
  const tied = (group?.members ?? [])
    .map((key) => byKey.get(key))
    .filter(
      (member) => member !== undefined && decisions.get(member)?.transformer === transformer,
    ) as PlannedColumn[];
  const { unique, maxLength } = tied.length > 0 ? groupDemands(column, tied) : column.demands;
  const types = (tied.length > 0 ? tied : [column]).map((member) => member.column.type);
  const integers = types.filter((type) => type.kind === 'integer').map(({ bits }) => bits);
  return {
    column: column.column.name,
    transformer,
    options,
    domain: options.domain ?? domainOf(transformer, group?.root ?? column.key),
    unique,
    ...(maxLength === undefined ? {} : { maxLength }),
    ...(types.some(ignoresCase) ? { caseInsensitive: true } : {}),
    ...(integers.length > 0 ? { bits: Math.min(...integers) } : {}),
    reason,
  };
}

/** Keys are alike only where foreign keys say so; everything else by what it is. */
function domainOf(transformer: TransformerName, root: string): string {
  return transformer === 'key' ? `key:${root.replace('\0', '.')}` : transformer;
}

function ignoresCase(type: LogicalType): boolean {
  return type.kind === 'array'
    ? ignoresCase(type.element)
    : type.kind === 'text' && type.caseInsensitive === true;
}
