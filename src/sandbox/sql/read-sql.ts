import type { Filter } from '../grammar/filter.ts';
import type { OrderTerm } from '../grammar/order.ts';
import type { EmbeddedNode, ReadNode } from '../plan/read-plan.ts';
import { SOURCE_NAME } from '../plan/read-plan.ts';
import { ALL_ROWS, limitOf } from '../request/range.ts';
import type { ColumnPair, SchemaCache } from '../schema/model.ts';
import { isToOne } from '../schema/model.ts';
import { treeSql } from './condition-sql.ts';
import type { Columns, Qualifier } from './field-sql.ts';
import {
  columnSql,
  columnsOf,
  fieldSql,
  listSql,
  qualified,
  selectedName,
  selectedSql,
} from './field-sql.ts';
import type { Sql } from './fragment.ts';
import { EMPTY, bound, identifier, joined, sql, trusted } from './fragment.ts';

/** The query that reads a resource with what is embedded in it. */
export function readSql(node: ReadNode, cache: SchemaCache, parent?: ReadNode): Sql {
  const qualifier = qualifierOf(node);
  const columns = columnsOf(cache, node.table);
  const star = node.select.length === 0 && node.children.length === 0;
  const own = star
    ? [columnSql(qualifier, '*')]
    : node.select.map((each) => selectedSql(qualifier, each, columns));
  const embeds = node.children.flatMap(embeddedColumns);
  const joins = node.children.map((child) => joinSql(child, node, cache));
  const conditions = [
    ...node.conditions.map((tree) => treeSql(tree, qualifier, columns, emptiness(node))),
    ...(parent === undefined ? [] : joinConditions(node as EmbeddedNode, parent)),
  ];
  return sql`select ${listSql([...own, ...embeds])}${fromSql(node)}${joins.flat()}${whereSql(conditions)}${orderSql(node, qualifier, columns)}${rangeSql(node)}`;
}

/** The query whose rows are counted: without the range, and with only those embedded resources that leave rows out. */
export function countSql(node: ReadNode, cache: SchemaCache, parent?: ReadNode): Sql {
  const qualifier = qualifierOf(node);
  const columns = columnsOf(cache, node.table);
  const special = (filter: Filter): Sql | undefined => {
    const child = emptinessSubject(node, filter);
    if (child === undefined) return undefined;
    return sql`${trusted(filter.negated ? '' : 'not ')}exists (${countSql(child, cache, node)})`;
  };
  const conditions = [
    ...node.conditions.map((tree) => treeSql(tree, qualifier, columns, special)),
    ...(parent === undefined ? [] : joinConditions(node as EmbeddedNode, parent)),
    ...node.children
      .filter(({ inner }) => inner)
      .map((child) => sql`exists (${countSql(child, cache, node)})`),
  ];
  return sql`select 1${fromSql(node)}${whereSql(conditions)}`;
}

function qualifierOf({ source }: ReadNode): Qualifier {
  if (source.alias !== undefined) return { alias: source.alias };
  return source.table ?? { alias: SOURCE_NAME };
}

function fromSql(node: ReadNode): Sql {
  const { table, alias } = node.source;
  const rows = table === undefined ? identifier(SOURCE_NAME) : qualified(table);
  const named = alias === undefined ? rows : sql`${rows} as ${identifier(alias)}`;
  const cardinality = 'relationship' in node ? (node as EmbeddedNode).relationship.cardinality : undefined;
  const junction = cardinality?.kind === 'many-to-many' ? sql`, ${qualified(cardinality.junction)}` : EMPTY;
  return sql` from ${named}${junction}`;
}

const whereSql = (conditions: readonly Sql[]): Sql =>
  conditions.length === 0 ? EMPTY : sql` where ${joined(conditions, ' and ')}`;

function embeddedColumns(child: EmbeddedNode): readonly Sql[] {
  const rows = identifier(child.rowsAlias);
  if (child.spread) {
    const names = child.select.map(selectedName);
    const own = names.map((name) => sql`${rows}.${name === '*' ? trusted('*') : identifier(name)}`);
    const nested = child.children.flatMap((each) =>
      each.spread
        ? spreadNames(each).map((name) => sql`${rows}.${name}`)
        : [sql`${rows}.${identifier(each.label)}`],
    );
    return [...own, ...nested];
  }
  if (selectsNothing(child)) return [];
  const value = isToOne(child.relationship)
    ? sql`row_to_json(${rows}.*)::jsonb`
    : sql`coalesce(${rows}.${rows}, '[]')`;
  return [sql`${value} as ${identifier(child.label)}`];
}

function spreadNames(child: EmbeddedNode): readonly Sql[] {
  return child.select.map(selectedName).map((name) => (name === '*' ? trusted('*') : identifier(name)));
}

/** `name()` embeds without showing: only the filters on it count. */
function selectsNothing({ select, children }: ReadNode): boolean {
  return select.length === 0 && children.every(selectsNothing);
}

function joinSql(child: EmbeddedNode, parent: ReadNode, cache: SchemaCache): Sql {
  const rows = identifier(child.rowsAlias);
  const query = readSql(child, cache, parent);
  const kind = trusted(child.inner ? 'inner' : 'left');
  if (isToOne(child.relationship)) return sql` ${kind} join lateral (${query}) as ${rows} on true`;
  const list = sql`select json_agg(${rows})::jsonb as ${rows} from (${query}) as ${rows}`;
  const condition = child.inner ? sql`${rows} is not null` : trusted('true');
  return sql` ${kind} join lateral (${list}) as ${rows} on ${condition}`;
}

function joinConditions(node: EmbeddedNode, parent: ReadNode): readonly Sql[] {
  const outer = qualifierOf(parent);
  const own = qualifierOf(node);
  const { cardinality, table, foreignTable } = node.relationship;
  const equal = (left: Qualifier, right: Qualifier, pairs: readonly ColumnPair[]): Sql[] =>
    pairs.map(([mine, theirs]) => sql`${columnSql(right, theirs)} = ${columnSql(left, mine)}`);
  if (cardinality.kind !== 'many-to-many') return equal(outer, own, cardinality.columns);
  const { junction } = cardinality;
  const origin = parent.source.alias === undefined ? table : outer;
  return [
    ...equal(foreignTable, junction, junction.targetColumns),
    ...equal(origin, junction, junction.sourceColumns),
  ];
}

/** `is.null` on an embedded resource asks whether it has no rows. */
function emptinessSubject(node: ReadNode, { field, operation }: Filter): EmbeddedNode | undefined {
  if (operation.kind !== 'is' || operation.value !== 'null' || field.path.length > 0) return undefined;
  return node.children.find(({ label }) => label === field.name);
}

const emptiness =
  (node: ReadNode) =>
  (filter: Filter): Sql | undefined => {
    const child = emptinessSubject(node, filter);
    if (child === undefined) return undefined;
    return sql`${identifier(child.rowsAlias)} is ${trusted(filter.negated ? '' : 'not ')}distinct from null`;
  };

function orderSql(node: ReadNode, qualifier: Qualifier, columns: Columns): Sql {
  if (node.order.length === 0) return EMPTY;
  return sql` order by ${listSql(node.order.map((term) => orderTermSql(term, node, qualifier, columns)))}`;
}

function orderTermSql(term: OrderTerm, node: ReadNode, qualifier: Qualifier, columns: Columns): Sql {
  const child = node.children.find(({ label }) => label === term.relation);
  const unknownColumns: Columns = () => undefined;
  const value =
    child === undefined
      ? fieldSql(qualifier, term.field, columns)
      : fieldSql({ alias: child.rowsAlias }, term.field, unknownColumns);
  const nulls = { nullsfirst: ' nulls first', nullslast: ' nulls last' } as const;
  const direction = term.direction === undefined ? '' : ` ${term.direction}`;
  return sql`${value}${trusted(direction + (term.nulls === undefined ? '' : nulls[term.nulls]))}`;
}

function rangeSql({ range }: ReadNode): Sql {
  if (range.first === ALL_ROWS.first && range.last === undefined) return EMPTY;
  const limit = limitOf(range);
  const rows = limit === undefined ? trusted('all') : bound(String(limit));
  return sql` limit ${rows} offset ${bound(String(range.first))}`;
}
