import { decideAlone, decideGroup, type Decision } from './decide.ts';
import type { ColumnGroup, ForeignKeyGroups } from './foreign-key-groups.ts';
import { mentionedColumns } from './mentioned-columns.ts';
import type { PlannedColumn } from './plan-columns.ts';
import type { TransformerName } from './transformers.ts';
import type { LogicalType } from '../schema/logical-type.ts';

/**
 * The decision on every column.
 * @throws SynclineError MASKING_IMPOSSIBLE
 */
export function decideAll(
  columns: readonly PlannedColumn[],
  groups: ForeignKeyGroups,
): Map<PlannedColumn, Decision> {
  const members = new Map<ColumnGroup, PlannedColumn[]>();
  const decisions = new Map<PlannedColumn, Decision>();
  const generated: PlannedColumn[] = [];
  for (const column of columns) {
    const group = groups.groupOf(column.key);
    if (group) members.set(group, [...(members.get(group) ?? []), column]);
    else if (column.column.generatedExpression !== undefined && !column.rule) generated.push(column);
    else decisions.set(column, decideAlone(column));
  }
  for (const [group, tied] of members) {
    for (const [column, decision] of decideGroup(group, tied)) decisions.set(column, decision);
  }
  for (const column of generated) decisions.set(column, decideGenerated(column, columns, decisions));
  return decisions;
}

/** What a derived value is masked with where its own name says nothing. Booleans and listed values tell too little. */
const DERIVED: Partial<Record<LogicalType['kind'], TransformerName>> = {
  text: 'text',
  json: 'json',
  integer: 'number-noise',
  numeric: 'number-noise',
  float: 'number-noise',
  date: 'date-shift',
  timestamp: 'date-shift',
  uuid: 'uuid',
};

/** A generated column is as personal as what it is computed from. */
function decideGenerated(
  column: PlannedColumn,
  columns: readonly PlannedColumn[],
  decisions: ReadonlyMap<PlannedColumn, Decision>,
): Decision {
  const expression = column.column.generatedExpression ?? '';
  const sources = new Set(mentionedColumns(expression, column.table));
  const masked = columns.filter(
    (other) =>
      other.table === column.table &&
      sources.has(other.column.name) &&
      (decisions.get(other)?.transformer ?? 'keep') !== 'keep',
  );
  const [first] = masked;
  if (first === undefined) {
    const detail = 'computed from columns that are kept';
    return { transformer: 'keep', options: {}, reason: { source: 'generated', detail } };
  }
  const derived = column.verdict.transformer === 'keep' ? DERIVED[column.column.type.kind] : undefined;
  const verdict = { ...column.verdict, ...(derived === undefined ? {} : { transformer: derived }) };
  const detail = `computed from ${first.column.name}, which is masked`;
  return { ...decideAlone({ ...column, verdict }), reason: { source: 'generated', detail } };
}
