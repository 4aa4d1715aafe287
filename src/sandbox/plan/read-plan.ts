import {
  aggregatesDisabled,
  notEmbedded,
  notImplemented,
  relatedOrderNotToOne,
} from '../errors/request-errors.ts';
import type { Filter, LogicTree } from '../grammar/filter.ts';
import type { OrderTerm } from '../grammar/order.ts';
import type { SelectField, SelectItem, SelectRelation } from '../grammar/select.ts';
import type { ApiRequest } from '../request/api-request.ts';
import type { Addressed } from '../request/query-parameters.ts';
import type { RowRange } from '../request/range.ts';
import { ALL_ROWS, capped } from '../request/range.ts';
import type { QualifiedName, Relationship, SchemaCache } from '../schema/model.ts';
import { isToOne } from '../schema/model.ts';
import { findRelationship } from './find-relationship.ts';

/** Where the rows of a node come from. */
export interface RowSource {
  /** A table or view; nothing for the rows that a write or a function call gave. */
  readonly table: QualifiedName | undefined;
  readonly alias: string | undefined;
}

/** One resource of a read: the one in the path, or one embedded in another. */
export interface ReadNode {
  readonly source: RowSource;
  /** The table whose columns the fields are, for their types. */
  readonly table: QualifiedName;
  /** The name in the request, and the one that the answer uses. */
  readonly name: string;
  readonly label: string;
  readonly select: readonly SelectField[];
  readonly conditions: readonly LogicTree[];
  readonly order: readonly OrderTerm[];
  readonly range: RowRange;
  readonly children: readonly EmbeddedNode[];
}

export interface EmbeddedNode extends ReadNode {
  readonly relationship: Relationship;
  readonly inner: boolean;
  readonly spread: boolean;
  /** The name under which the parent's query knows the embedded rows. */
  readonly rowsAlias: string;
}

interface Draft {
  readonly name: string;
  readonly alias: string | undefined;
  readonly hint: string | undefined;
  readonly inner: boolean;
  readonly spread: boolean;
  readonly select: readonly SelectField[];
  conditions: LogicTree[];
  order: readonly OrderTerm[];
  range: RowRange;
  children: Draft[];
}

/**
 * What a request reads, after the write or call that it may also be.
 * @throws ApiError PGRST108, PGRST118, PGRST123, PGRST127, PGRST200 or PGRST201
 */
export function planRead(
  request: ApiRequest,
  cache: SchemaCache,
  root: QualifiedName,
  maximumRows: number | undefined,
): ReadNode {
  const writes = ['insert', 'update', 'upsert', 'delete'].includes(request.action.kind);
  const head: DraftHead = { name: root.name, alias: undefined, hint: undefined, inner: false, spread: false };
  const draft = draftOf(head, request.parameters.select);
  addConditions(draft, request, writes);
  const limited = (range: RowRange): RowRange =>
    writes || maximumRows === undefined ? range : capped(range, maximumRows);
  const reads = request.action.kind === 'read';
  const source: RowSource = reads
    ? { table: root, alias: undefined }
    : { table: undefined, alias: root.name };
  const node = finished(draft, cache, { source, table: root, depth: 0, schema: root.schema, limited });
  checkRelatedOrders(node);
  checkAggregates(node);
  return node;
}

type DraftHead = Pick<Draft, 'name' | 'alias' | 'hint' | 'inner' | 'spread'>;

function draftOf(head: DraftHead, items: readonly SelectItem[]): Draft {
  const relations = items.filter((item): item is SelectRelation => item.kind === 'relation');
  return {
    ...head,
    select: items.filter((item): item is SelectField => item.kind === 'field'),
    conditions: [],
    order: [],
    range: ALL_ROWS,
    children: relations.map(({ name, alias, hint, inner, spread, children }) =>
      draftOf({ name, alias, hint, inner, spread }, children),
    ),
  };
}

function addConditions(root: Draft, request: ApiRequest, writes: boolean): void {
  const { filters, order, ranges, logic } = request.parameters;
  // A write's own filters choose the rows to write; those of embedded resources choose what is read of them.
  const reading = writes ? filters.filter(({ path }) => path.length > 0) : filters;
  addEach(root, reading, (draft, filter: Filter) => draft.conditions.unshift(filter));
  addEach(root, order, (draft, terms) => (draft.order = terms));
  if (!writes) {
    const own = [...ranges].filter(([path]) => path !== '');
    const addressed = own.map(([path, value]) => ({ path: path.split('.'), value }));
    addEach(
      root,
      [{ path: [], value: request.range }, ...addressed],
      (draft, range) => (draft.range = range),
    );
  }
  addEach(root, logic, (draft, tree: LogicTree) => draft.conditions.unshift(tree));
}

/** From the last to the first, as PostgREST does: it decides which of several mistakes is reported. */
function addEach<T>(
  root: Draft,
  all: readonly Addressed<T>[],
  add: (draft: Draft, value: T) => unknown,
): void {
  for (const { path, value } of [...all].reverse()) add(addressedDraft(root, path), value);
}

/** The embedded resource at the path; what is asked of it moves it to the front of its siblings. */
function addressedDraft(root: Draft, path: readonly string[]): Draft {
  return path.reduce((draft, name) => {
    const child = draft.children.find((each) => each.name === name || each.alias === name);
    if (child === undefined) throw notEmbedded(name);
    draft.children = [child, ...draft.children.filter((each) => each !== child)];
    return child;
  }, root);
}

interface Place {
  readonly source: RowSource;
  readonly table: QualifiedName;
  readonly depth: number;
  readonly schema: string;
  readonly limited: (range: RowRange) => RowRange;
}

function finished(draft: Draft, cache: SchemaCache, place: Place): ReadNode {
  const { name, alias, select, conditions, order } = draft;
  const children = draft.children.map((child) => embedded(child, cache, place));
  const label = alias ?? name;
  const range = place.limited(draft.range);
  return {
    source: place.source,
    table: place.table,
    name,
    label,
    select,
    conditions,
    order,
    range,
    children,
  };
}

function embedded(draft: Draft, cache: SchemaCache, parent: Place): EmbeddedNode {
  const relationship = findRelationship(cache, parent.schema, parent.table.name, draft.name, draft.hint);
  const { foreignTable, cardinality } = relationship;
  const depth = parent.depth + 1;
  // A many-to-many join names the junction in the same FROM, so its table goes without an alias.
  const alias = cardinality.kind === 'many-to-many' ? undefined : `${foreignTable.name}_${depth}`;
  const place: Place = { ...parent, source: { table: foreignTable, alias }, table: foreignTable, depth };
  if (draft.spread && !isToOne(relationship)) {
    throw notImplemented('The sandbox does not spread one-to-many and many-to-many relationships.');
  }
  return {
    ...finished(draft, cache, place),
    relationship,
    inner: draft.inner,
    spread: draft.spread,
    rowsAlias: `${relationship.table.name}_${draft.alias ?? draft.name}_${depth}`,
  };
}

/** Rows can be ordered by what each has one of. */
function checkRelatedOrders(node: ReadNode): void {
  for (const { relation } of node.order) {
    if (relation === undefined) continue;
    const child = node.children.find(({ label }) => label === relation);
    if (child === undefined) throw notEmbedded(relation);
    if (!isToOne(child.relationship)) {
      throw relatedOrderNotToOne(node.source.table?.name ?? SOURCE_NAME, child.label);
    }
  }
  node.children.forEach(checkRelatedOrders);
}

/** Aggregates are off unless configured, and Supabase does not. */
function checkAggregates(node: ReadNode): void {
  if (node.select.some(({ aggregate }) => aggregate !== undefined)) throw aggregatesDisabled();
  node.children.forEach(checkAggregates);
}

/** The name of the query whose rows a write or call gave. */
export const SOURCE_NAME = 'pgrst_source';
