import { isUtf8 } from 'node:buffer';
import { invalidBody } from '../errors/request-errors.ts';
import type { Action } from './action.ts';
import { csvToJson } from './csv.ts';
import { byCodePoints, jsonShape } from './json-shape.ts';
import type { MediaType } from './media-type.ts';
import { mediaTypeName } from './media-type.ts';
import { queryPairs } from './query-string.ts';

export type Payload =
  /** JSON text as it came; PostgreSQL reads it. */
  | { readonly kind: 'json'; readonly text: string }
  /** Arguments of a function, from a form. */
  | { readonly kind: 'arguments'; readonly pairs: readonly (readonly [name: string, value: string])[] }
  /** The one argument of a function, as it came. */
  | { readonly kind: 'raw'; readonly bytes: Buffer };

export interface BodyContent {
  readonly payload: Payload | undefined;
  /** The columns or arguments that the body (or the `columns` parameter) names, in code point order. */
  readonly columns: readonly string[];
}

const NOTHING: BodyContent = { payload: undefined, columns: [] };

/** @throws ApiError PGRST102 when the body is not what its content type says */
export function readPayload(
  body: Buffer,
  type: MediaType,
  action: Action,
  columns: readonly string[] | undefined,
): BodyContent {
  const calls = action.kind === 'call' && action.method === 'POST';
  const writes = action.kind === 'insert' || action.kind === 'update' || action.kind === 'upsert';
  if (!calls && !writes) return NOTHING;
  switch (type.kind) {
    case 'json':
      return jsonContent(body, calls, action.kind === 'upsert' ? undefined : columns);
    case 'csv': {
      const rows = csvToJson(body.toString('utf8'));
      return { payload: { kind: 'json', text: rows.json }, columns: sorted(rows.columns) };
    }
    case 'form': {
      const pairs = queryPairs(body.toString('utf8')).map(({ name, value }) => [name, value ?? ''] as const);
      const names = sorted(pairs.map(([name]) => name));
      if (calls) return { payload: { kind: 'arguments', pairs }, columns: names };
      const members = new Map(pairs);
      const text = [...members].map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`);
      return { payload: { kind: 'json', text: `{${text.join(',')}}` }, columns: names };
    }
    case 'plain-text':
    case 'xml':
    case 'binary':
      if (calls) return { payload: { kind: 'raw', bytes: body }, columns: [] };
      break;
    default:
  }
  throw invalidBody(`Content-Type not acceptable: ${mediaTypeName(type)}`);
}

function jsonContent(body: Buffer, calls: boolean, columns: readonly string[] | undefined): BodyContent {
  const text = body.toString('utf8');
  // With named columns PostgREST leaves it to PostgreSQL to find out whether the body is JSON.
  if (columns !== undefined) return { payload: { kind: 'json', text }, columns: sorted(columns) };
  if (text === '' && calls) return { payload: { kind: 'json', text: '{}' }, columns: [] };
  const shape = isUtf8(body) ? jsonShape(text) : undefined;
  if (shape === undefined) throw invalidBody('Empty or invalid json');
  switch (shape.kind) {
    case 'uneven':
      throw invalidBody('All object keys must match');
    case 'object':
      return { payload: { kind: 'json', text }, columns: shape.keys };
    case 'rows':
      return { payload: { kind: 'json', text: shape.empty ? '[]' : text }, columns: shape.keys };
    case 'other':
      return { payload: { kind: 'json', text: '[]' }, columns: [] };
  }
}

function sorted(names: readonly string[]): readonly string[] {
  return [...new Set(names)].sort(byCodePoints);
}
