import type { IncomingHttpHeaders } from 'node:http';
import { limitsNotAllowedForPut, unacceptableSchema } from '../errors/request-errors.ts';
import type { Action } from './action.ts';
import { actionOf } from './action.ts';
import type { MediaType } from './media-type.ts';
import { acceptedMediaTypes, parseMediaType } from './media-type.ts';
import type { BodyContent } from './payload.ts';
import { readPayload } from './payload.ts';
import type { Preferences } from './preferences.ts';
import { parsePreferences } from './preferences.ts';
import type { QueryParameters } from './query-parameters.ts';
import { parseQueryParameters } from './query-parameters.ts';
import { canonicalQuery, queryPairs } from './query-string.ts';
import type { RowRange } from './range.ts';
import { ALL_ROWS, requestedRange } from './range.ts';

/** A request as it came over HTTP. */
export interface HttpRequest {
  readonly method: string;
  /** The path below the REST root, beginning with `/`, still percent-encoded. */
  readonly path: string;
  /** Without the `?`. */
  readonly query: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** A request as PostgREST understands it. */
export interface ApiRequest {
  readonly http: HttpRequest;
  readonly action: Action;
  readonly schema: string;
  /** Whether the answer names its schema in `Content-Profile`. */
  readonly profiled: boolean;
  readonly parameters: QueryParameters;
  readonly range: RowRange;
  readonly canonicalQuery: string;
  readonly content: BodyContent;
  readonly contentType: MediaType;
  readonly accepted: readonly MediaType[];
  readonly preferences: Preferences;
}

/** @throws ApiError of group 1 for whatever is wrong with the request itself */
export function understand(
  http: HttpRequest,
  schemas: readonly string[],
  timezones: ReadonlySet<string>,
): ApiRequest {
  const preferences = parsePreferences(header(http, 'prefer'), timezones);
  const action = actionOf(http.method, http.path);
  const { schema, profiled } = schemaOf(http, schemas);
  const pairs = queryPairs(http.query);
  const callsByGet = action.kind === 'call' && action.method !== 'POST';
  const parameters = parseQueryParameters(pairs, callsByGet);
  const range = requestedRange(http.method, header(http, 'range'), parameters.ranges);
  if (http.method === 'PUT' && range !== ALL_ROWS && (range.first !== 0n || range.last !== undefined)) {
    throw limitsNotAllowedForPut();
  }
  const contentType = parseMediaType(header(http, 'content-type') ?? 'application/json');
  return {
    http,
    action,
    schema,
    profiled,
    parameters,
    range,
    canonicalQuery: canonicalQuery(pairs),
    content: readPayload(http.body, contentType, action, parameters.columns),
    contentType,
    accepted: acceptedMediaTypes(header(http, 'accept')),
    preferences,
  };
}

export function header(http: Pick<HttpRequest, 'headers'>, name: string): string | undefined {
  const value = http.headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
}

const WRITING: ReadonlySet<string> = new Set(['POST', 'PATCH', 'PUT', 'DELETE']);

function schemaOf(
  http: HttpRequest,
  schemas: readonly string[],
): { readonly schema: string; readonly profiled: boolean } {
  const asked = header(http, WRITING.has(http.method) ? 'content-profile' : 'accept-profile');
  if (asked === undefined) return { schema: schemas[0] ?? 'public', profiled: schemas.length !== 1 };
  if (!schemas.includes(asked)) throw unacceptableSchema(asked, schemas);
  return { schema: asked, profiled: true };
}
