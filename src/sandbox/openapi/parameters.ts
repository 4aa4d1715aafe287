import type { Table } from '../schema/model.ts';
import type { Json } from './document.ts';

type Definitions = Record<string, Json>;

/** The parameters that the paths refer to. */
export function parameterDefinitions(tables: readonly Table[]): Json {
  const definitions: Definitions = {
    preferParams: preference([]),
    preferReturn: preference(RETURN),
    preferCount: preference(['count=none']),
    preferPost: preference([...RETURN, 'resolution=ignore-duplicates', 'resolution=merge-duplicates']),
    select: parameter('select', 'Filtering Columns', 'query'),
    on_conflict: parameter('on_conflict', 'On Conflict', 'query'),
    order: parameter('order', 'Ordering', 'query'),
    range: parameter('Range', PAGING, 'header'),
    rangeUnit: { ...parameter('Range-Unit', PAGING, 'header'), default: 'items' },
    offset: parameter('offset', PAGING, 'query'),
    limit: parameter('limit', PAGING, 'query'),
  };
  for (const { name, columns } of tables) {
    definitions[`body.${name}`] = {
      name,
      description: name,
      required: false,
      in: 'body',
      schema: { $ref: `#/definitions/${name}` },
    };
    for (const column of columns) {
      definitions[`rowFilter.${name}.${column.name}`] = parameter(column.name, column.description, 'query');
    }
  }
  return definitions;
}

const RETURN = ['return=representation', 'return=minimal', 'return=none'];
const PAGING = 'Limiting and Pagination';

function parameter(name: string, description: string | undefined, where: 'query' | 'header'): Definitions {
  return {
    name,
    ...(description === undefined ? {} : { description }),
    required: false,
    in: where,
    type: 'string',
  };
}

function preference(values: readonly string[]): Json {
  return { ...parameter('Prefer', 'Preference', 'header'), ...(values.length === 0 ? {} : { enum: values }) };
}
