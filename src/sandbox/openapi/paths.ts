import type { Parameter, Routine, Table } from '../schema/model.ts';
import { listed, named } from './definitions.ts';
import type { Json } from './document.ts';
import { summaryAndDescription } from './document.ts';
import { swaggerItems, swaggerType } from './types.ts';

const reference = (name: string): Json => ({ $ref: `#/parameters/${name}` });

function about(comment: string | undefined): { summary?: string; description?: string | undefined } {
  if (comment === undefined) return {};
  const { summary, description } = summaryAndDescription(comment);
  return { summary, description: description === '' ? undefined : description };
}

/** GET, and the writes if the table takes any. */
export function tablePath(table: Table): Json {
  const { name, columns } = table;
  const common = { ...about(table.description), tags: [name] };
  const filters = columns.map((column) => reference(`rowFilter.${name}.${column.name}`));
  const get = {
    ...common,
    parameters: [
      ...filters,
      ...['select', 'order', 'range', 'rangeUnit', 'offset', 'limit', 'preferCount'].map(reference),
    ],
    responses: {
      200: { description: 'OK', schema: { items: { $ref: `#/definitions/${name}` }, type: 'array' } },
      206: { description: 'Partial Content' },
    },
  };
  if (!table.insertable && !table.updatable && !table.deletable) return { get };
  const body = `body.${name}`;
  return {
    get,
    post: {
      ...common,
      parameters: [body, 'select', 'preferPost'].map(reference),
      responses: { 201: { description: 'Created' } },
    },
    delete: {
      ...common,
      parameters: [...filters, reference('preferReturn')],
      responses: { 204: { description: 'No Content' } },
    },
    patch: {
      ...common,
      parameters: [...filters, reference(body), reference('preferReturn')],
      responses: { 204: { description: 'No Content' } },
    },
  };
}

/** POST, and GET unless the function may change something. */
export function routinePath(routine: Routine, mediaTypes: readonly string[]): Json {
  const common = {
    ...about(routine.description),
    produces: mediaTypes,
    responses: { 200: { description: 'OK' } },
    tags: [`(rpc) ${routine.name}`],
  };
  const schema = {
    description: routine.description,
    properties: named(routine.parameters.map((parameter) => [parameter.name, property(parameter)])),
    required: listed(routine.parameters.filter(({ required }) => required).map(({ name }) => name)),
    type: 'object',
  };
  const post = {
    ...common,
    parameters: [{ in: 'body', name: 'args', required: true, schema }, reference('preferParams')],
  };
  if (routine.volatility === 'volatile') return { post };
  return { get: { ...common, parameters: listed(routine.parameters.map(queryParameter)) }, post };
}

function property({ type }: Parameter): Json {
  return { format: type, items: swaggerItems(type), type: swaggerType(type) };
}

function queryParameter({ name, type, required, variadic }: Parameter): Json {
  const common = { in: 'query', name, required };
  if (variadic) {
    const member = type.slice(0, -2);
    const items = { format: member, type: swaggerType(member) };
    return { ...common, type: swaggerType(type) ?? 'string', collectionFormat: 'multi', items };
  }
  const swagger = swaggerType(type);
  // A query parameter holds an array in PostgreSQL's own notation.
  return { ...common, format: type, type: swagger === undefined || swagger === 'array' ? 'string' : swagger };
}
