import type { MediaType } from '../request/media-type.ts';
import { byCodePoints } from '../request/json-shape.ts';
import type { QualifiedName, Relationship, Routine, SchemaCache } from '../schema/model.ts';
import { tableKey } from '../schema/model.ts';
import { ApiError } from './api-error.ts';
import { closestName, closestNames } from './closest-name.ts';

/**
 * What is not in the schema cache, or is there more than once (PostgREST's error group 2).
 * @see https://docs.postgrest.org/en/v13/references/errors.html#group-2-schema-cache
 */

export function tableNotFound({ schema, name }: QualifiedName, cache: SchemaCache): ApiError {
  const names = [...cache.tables.values()]
    .filter((table) => table.schema === schema)
    .map((table) => table.name);
  const meant = closestName(name, names);
  return new ApiError(404, {
    code: 'PGRST205',
    message: `Could not find the table '${schema}.${name}' in the schema cache`,
    hint: meant === undefined ? null : `Perhaps you meant the table '${schema}.${meant}'`,
  });
}

export const columnNotFound = (table: string, column: string): ApiError =>
  new ApiError(400, {
    code: 'PGRST204',
    message: `Could not find the '${column}' column of '${table}' in the schema cache`,
  });

export interface WantedRoutine extends QualifiedName {
  readonly arguments: readonly string[];
  readonly byPost: boolean;
  readonly contentType: MediaType;
}

const SINGLE_PARAMETER: Readonly<Record<string, string>> = {
  'plain-text': 'text',
  xml: 'xml',
  binary: 'bytea',
};

export function routineNotFound(wanted: WantedRoutine, cache: SchemaCache): ApiError {
  const { schema, name, byPost, contentType } = wanted;
  const full = `${schema}.${name}`;
  const names = wanted.arguments.join(', ');
  const single = byPost ? SINGLE_PARAMETER[contentType.kind] : undefined;
  const none = wanted.arguments.length === 0;
  const listed = none ? ' without parameters' : `(${names})`;
  const described = none
    ? ' without parameters'
    : ` with parameter${wanted.arguments.length > 1 ? 's' : ''} ${names}`;
  const alternative =
    byPost && contentType.kind === 'json' ? ' or with a single unnamed json/jsonb parameter' : '';
  const searched =
    single === undefined ? described + alternative : ` with a single unnamed ${single} parameter`;
  return new ApiError(404, {
    code: 'PGRST202',
    message: `Could not find the function ${full}${single === undefined ? listed : ''} in the schema cache`,
    details: `Searched for the function ${full}${searched}, but no matches were found in the schema cache.`,
    hint: single === undefined ? routineHint(wanted, cache) : null,
  });
}

function routineHint(wanted: WantedRoutine, cache: SchemaCache): string | null {
  const prefix = `Perhaps you meant to call the function ${wanted.schema}.`;
  const overloads = cache.routines.get(tableKey(wanted));
  if (overloads === undefined) {
    const names = [...cache.routines.values()].flatMap((each) => each[0] ?? []);
    const near = names.filter((routine) => routine.schema === wanted.schema).map((routine) => routine.name);
    const meant = closestName(wanted.name, near);
    return meant === undefined ? null : prefix + meant;
  }
  const written = (names: readonly string[]): string => `(${[...names].sort(byCodePoints).join(', ')})`;
  const signatures = overloads.map((routine) =>
    written(routine.parameters.map((parameter) => parameter.name)),
  );
  const meant = closestName(written(wanted.arguments), signatures);
  return meant === undefined ? null : prefix + wanted.name + meant;
}

export function ambiguousRoutine(candidates: readonly Routine[]): ApiError {
  const signatures = candidates.map(({ schema, name, parameters }) => {
    const listed = parameters.map((parameter) => `${parameter.name} => ${parameter.type}`);
    return `${schema}.${name}(${listed.join(', ')})`;
  });
  return new ApiError(300, {
    code: 'PGRST203',
    message: `Could not choose the best candidate function between: ${signatures.join(', ')}`,
    hint: 'Try renaming the parameters or the function itself in the database so function overloading can be resolved',
  });
}

export function relationshipNotFound(
  origin: string,
  target: string,
  hint: string | undefined,
  schema: string,
  cache: SchemaCache,
): ApiError {
  const using = hint === undefined ? '' : `' using the hint '${hint}`;
  return new ApiError(400, {
    code: 'PGRST200',
    message: `Could not find a relationship between '${origin}' and '${target}' in the schema cache`,
    details: `Searched for a foreign key relationship between '${origin}' and '${target}${using}' in the schema '${schema}', but no matches were found.`,
    hint: relationshipHint(origin, target, schema, cache),
  });
}

/** Whichever of the two is unknown may have been misspelt; if both are known, the hint of the request is wrong. */
function relationshipHint(origin: string, target: string, schema: string, cache: SchemaCache): string | null {
  const known = cache.relationships.get(tableKey({ schema, name: origin }));
  if (known === undefined) {
    const origins = [...cache.relationships.values()].flatMap((each) => each[0]?.table ?? []);
    const names = origins.filter((table) => table.schema === schema).map((table) => table.name);
    const meant = closestName(origin, names);
    return meant === undefined ? null : `Perhaps you meant '${meant}' instead of '${origin}'.`;
  }
  const candidates = closestNames(
    target,
    known.map((relationship) => relationship.foreignTable.name),
  );
  const meant = candidates.find(({ score }) => score < 1)?.name;
  return meant === undefined ? null : `Perhaps you meant '${meant}' instead of '${target}'.`;
}

export function ambiguousRelationship(
  origin: string,
  target: string,
  candidates: readonly Relationship[],
): ApiError {
  const hints = candidates.map(({ foreignTable, cardinality }) => {
    const by = cardinality.kind === 'many-to-many' ? cardinality.junction.name : cardinality.constraint;
    return `'${foreignTable.name}!${by}'`;
  });
  return new ApiError(300, {
    code: 'PGRST201',
    message: `Could not embed because more than one relationship was found for '${origin}' and '${target}'`,
    details: candidates.map(describeRelationship),
    hint: `Try changing '${target}' to one of the following: ${hints.join(', ')}. Find the desired relationship in the 'details' key.`,
  });
}

function describeRelationship({ table, foreignTable, cardinality }: Relationship): Record<string, string> {
  const listed = (columns: readonly string[]): string => `(${columns.join(', ')})`;
  const own = (pairs: readonly (readonly [string, string])[]): string =>
    listed(pairs.map(([first]) => first));
  const foreign = (pairs: readonly (readonly [string, string])[]): string =>
    listed(pairs.map(([, second]) => second));
  const embedding = `${table.name} with ${foreignTable.name}`;
  if (cardinality.kind === 'many-to-many') {
    const { junction } = cardinality;
    const source = junction.sourceConstraint + foreign(junction.sourceColumns);
    const target = junction.targetConstraint + foreign(junction.targetColumns);
    const relationship = `${junction.name} using ${source} and ${target}`;
    return { cardinality: cardinality.kind, embedding, relationship };
  }
  const { kind, constraint, columns } = cardinality;
  const sides = `${table.name}${own(columns)} and ${foreignTable.name}${foreign(columns)}`;
  return { cardinality: kind, embedding, relationship: `${constraint} using ${sides}` };
}
