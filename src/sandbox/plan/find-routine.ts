import type { WantedRoutine } from '../errors/schema-errors.ts';
import { ambiguousRoutine, routineNotFound } from '../errors/schema-errors.ts';
import type { MediaType } from '../request/media-type.ts';
import type { Routine, SchemaCache } from '../schema/model.ts';
import { tableKey } from '../schema/model.ts';

/**
 * The overload of a function that takes the named arguments; failing that, the one that takes the whole body.
 * @throws ApiError PGRST202 without one, PGRST203 with several
 */
export function findRoutine(wanted: WantedRoutine, cache: SchemaCache): Routine {
  const overloads = cache.routines.get(tableKey(wanted)) ?? [];
  const byName = overloads.filter((routine) => takesArguments(routine, wanted));
  const byBody = overloads.filter((routine) => !byName.includes(routine) && takesBody(routine, wanted));
  const [found, ...others] = byName.length > 0 ? byName : byBody;
  if (found === undefined) throw routineNotFound(wanted, cache);
  if (others.length > 0) throw ambiguousRoutine([found, ...others]);
  return found;
}

const BODY_TYPES: Partial<Record<MediaType['kind'], readonly string[]>> = {
  json: ['json', 'jsonb'],
  'plain-text': ['text'],
  xml: ['xml'],
  binary: ['bytea'],
};

function takesBody({ parameters }: Routine, { byPost, contentType }: WantedRoutine): boolean {
  const [only, ...others] = parameters;
  if (!byPost || only === undefined || others.length > 0) return false;
  return BODY_TYPES[contentType.kind]?.includes(only.type) ?? false;
}

function takesArguments({ parameters }: Routine, wanted: WantedRoutine): boolean {
  const given = new Set(wanted.arguments);
  if (parameters.length === 0) {
    const bodyIsArgument = wanted.byPost && ['plain-text', 'xml', 'binary'].includes(wanted.contentType.kind);
    return given.size === 0 && !bodyIsArgument;
  }
  const names = new Set(parameters.map(({ name }) => name));
  return (
    [...given].every((name) => names.has(name)) &&
    parameters.every(({ name, required }) => !required || given.has(name))
  );
}
