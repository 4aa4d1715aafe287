import { ambiguousRelationship, relationshipNotFound } from '../errors/schema-errors.ts';
import type { Cardinality, Relationship, SchemaCache } from '../schema/model.ts';
import { tableKey } from '../schema/model.ts';

/**
 * The relationship by which `target` is embedded in `origin`. The target may be a table, a foreign key or its only
 * column; the hint a foreign key, its only column on either side, or the table in between.
 * @throws ApiError PGRST200 without one, PGRST201 with several
 */
export function findRelationship(
  cache: SchemaCache,
  schema: string,
  origin: string,
  target: string,
  hint: string | undefined,
): Relationship {
  const known = cache.relationships.get(tableKey({ schema, name: origin })) ?? [];
  const [found, ...others] = known.filter((relationship) =>
    isSelf(relationship) ? matchesSelf(relationship, target, hint) : matches(relationship, target, hint),
  );
  if (found === undefined) throw relationshipNotFound(origin, target, hint, schema, cache);
  if (others.length > 0) throw ambiguousRelationship(origin, target, [found, ...others]);
  return found;
}

const isSelf = ({ table, foreignTable }: Relationship): boolean => tableKey(table) === tableKey(foreignTable);

function matches(relationship: Relationship, target: string, hint: string | undefined): boolean {
  const { foreignTable, foreignTableIsView, cardinality } = relationship;
  if (hint === undefined) {
    if (target === foreignTable.name) return true;
    return !foreignTableIsView && (isConstraint(cardinality, target) || isOwnColumn(cardinality, target));
  }
  if (target !== foreignTable.name) return false;
  return (
    isConstraint(cardinality, hint) ||
    isOwnColumn(cardinality, hint) ||
    isForeignColumn(cardinality, hint) ||
    (cardinality.kind === 'many-to-many' && cardinality.junction.name === hint)
  );
}

/** A table that refers to itself: by its name come its children, by the column its parent. */
function matchesSelf(
  { foreignTable, cardinality }: Relationship,
  target: string,
  hint: string | undefined,
): boolean {
  const children = target === foreignTable.name && cardinality.kind === 'one-to-many';
  if (hint !== undefined) return children && isForeignColumn(cardinality, hint);
  return children || (cardinality.kind === 'many-to-one' && isOwnColumn(cardinality, target));
}

function isConstraint(cardinality: Cardinality, name: string): boolean {
  return cardinality.kind !== 'many-to-many' && cardinality.constraint === name;
}

function isOwnColumn(cardinality: Cardinality, name: string): boolean {
  if (cardinality.kind === 'many-to-many') return false;
  return cardinality.columns.length === 1 && cardinality.columns[0]?.[0] === name;
}

function isForeignColumn(cardinality: Cardinality, name: string): boolean {
  if (cardinality.kind === 'many-to-many') return false;
  return cardinality.columns.length === 1 && cardinality.columns[0]?.[1] === name;
}
