import type { LogicalType } from '../schema/logical-type.ts';
import type { Cell } from '../values/cell.ts';

const NIL_UUID = '00000000-0000-0000-0000-000000000000';

const NETWORKS = {
  inet: '0.0.0.0',
  cidr: '0.0.0.0/32',
  macaddr: '00:00:00:00:00:00',
  macaddr8: '00:00:00:00:00:00:00:00',
} as const;

/**
 * What `redact` puts into a column that is not text: a constant that is a canonical cell of the type. It may look at
 * the value for its outer shape only: the number of fields of a composite, of dimensions of a vector.
 */
export function redacted(type: Exclude<LogicalType, { kind: 'text' }>): (cell: Cell) => Cell {
  switch (type.kind) {
    case 'boolean':
    case 'integer':
      return () => 0n;
    case 'float':
      return () => 0;
    case 'numeric':
      return () => (type.scale !== undefined && type.scale > 0 ? `0.${'0'.repeat(type.scale)}` : '0');
    case 'uuid':
      return () => NIL_UUID;
    case 'date':
      return () => '1970-01-01';
    case 'time':
      return () => `00:00:00.000000${type.zone ? '+00' : ''}`;
    case 'timestamp':
      return () => `1970-01-01T00:00:00.000000${type.zone ? 'Z' : ''}`;
    case 'interval':
      return () => '00:00:00';
    case 'json':
      return () => '"[redacted]"';
    case 'bytes':
      return () => new Uint8Array(0);
    case 'array':
      return () => '[]';
    case 'network':
      return () => NETWORKS[type.form];
    case 'enum':
      return () => type.values[0] ?? null;
    case 'opaque':
      return (cell) => (typeof cell === 'string' ? emptyOpaque(type.name, cell) : '');
  }
}

/** Text that the type's input function accepts and that says nothing. */
function emptyOpaque(name: string, value: string): string {
  if (name === 'xml') return '<redacted/>';
  if (name === 'point') return '(0,0)';
  if (name === 'geometry' || name === 'geography') return POINT_AT_ORIGIN;
  if (/^(?:half)?vec(?:tor)?$/.test(name)) return value.replace(/[^[\],]+/g, '0');
  if (name === 'sparsevec') return value.replace(/^\{.*\}/s, '{}');
  // A composite prints as its fields in parentheses; without values it is a row of NULLs.
  if (value.startsWith('(')) return `(${','.repeat(commasOutsideQuotes(value))})`;
  // tsvector, tsquery, hstore, ltree, jsonpath and what is unknown.
  return '';
}

/** POINT(0 0) in extended well-known binary, as PostGIS prints it. */
const POINT_AT_ORIGIN = '010100000000000000000000000000000000000000';

function commasOutsideQuotes(value: string): number {
  return value.replace(/"(?:[^"\\]|""|\\.)*"/gs, '').split(',').length - 1;
}
