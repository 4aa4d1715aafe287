/**
 * What PostgREST's `eq` is worth as a precondition. It is the type's own `=`, and for many types equal means unchanged;
 * for some it forgives (numeric 1.1 and 1.10, -0 and 0, citext, a month and thirty days), and some have none at all
 * (json, xml, point).
 */
import type { LogicalType } from '../../core/schema/logical-type.ts';
import type { Table } from '../../core/schema/model.ts';
import type { TextByColumn } from '../../core/push-ports.ts';
import { typeOf } from './written-tables.ts';

/** `exact`: equal is unchanged. `forgiving`: other texts are equal too. `none`: there is no `=`, or it is not known. */
type Equality = 'exact' | 'forgiving' | 'none';

function equalityOf(type: LogicalType): Equality {
  switch (type.kind) {
    case 'numeric':
    case 'float':
    case 'interval':
      return 'forgiving';
    case 'text':
      return type.caseInsensitive === true ? 'forgiving' : 'exact';
    case 'json':
      return type.binary ? 'forgiving' : 'none';
    case 'array':
      return equalityOf(type.element);
    case 'opaque':
      return 'none';
    default:
      return 'exact';
  }
}

/** Characters of all conditions on what is expected, which travel in the URL: gateways refuse long ones. */
const MOST_CHARACTERS = 3_000;

/** Conditions by column, as PostgREST takes them. */
export type Filters = readonly (readonly [column: string, condition: string])[];

export interface Precondition {
  readonly filters: Filters;
  /** Whether the filters alone say all that is expected; else the row has to be read before it is written. */
  readonly isExact: boolean;
}

/** The row with this key, as far as conditions can say while it holds what is expected. */
export function preconditionOf(
  table: Table,
  key: Readonly<Record<string, string>>,
  expect: TextByColumn,
): Precondition {
  const filters: [string, string][] = Object.entries(key).map(([column, text]) => [column, `eq.${text}`]);
  let isExact = true;
  let left = MOST_CHARACTERS;
  for (const [column, text] of Object.entries(expect)) {
    const equality = text === null ? 'exact' : equalityOf(typeOf(table, column));
    const size = text === null ? 0 : encodeURIComponent(text).length;
    if (equality !== 'exact' || size > left) isExact = false;
    if (equality === 'none' || size > left) continue;
    left -= size;
    filters.push([column, text === null ? 'is.null' : `eq.${text}`]);
  }
  return { filters, isExact };
}
