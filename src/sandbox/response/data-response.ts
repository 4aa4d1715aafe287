import type { HeaderList } from '../errors/api-error.ts';
import { errorText } from '../errors/api-error.ts';
import { rangeOutOfBounds } from '../errors/request-errors.ts';
import type { ApiRequest } from '../request/api-request.ts';
import type { MediaType } from '../request/media-type.ts';
import { contentType } from '../request/media-type.ts';
import { countsRows, preferenceApplied } from '../request/preferences.ts';
import type { Routine, Table } from '../schema/model.ts';
import type { ResultRow } from '../sql/result-sql.ts';
import { contentRange, rangeOutcome } from './content-range.ts';
import { overridden } from './overrides.ts';
import type { Response } from './response.ts';
import { NO_BODY } from './response.ts';

/** What a statement gave, and as which media type its body is. */
export interface Outcome {
  readonly row: ResultRow;
  readonly mediaType: MediaType;
}

type Applicable = Parameters<typeof preferenceApplied>[1];

const ALWAYS_APPLICABLE: Applicable = ['count', 'handling', 'timezone'];

const pageRows = ({ row }: Outcome): bigint => BigInt(row.page ?? '0');
const totalRows = ({ row }: Outcome): bigint | undefined =>
  row.total === null ? undefined : BigInt(row.total);

export function typeHeaders(mediaType: MediaType, { profiled, schema }: ApiRequest): HeaderList {
  return [
    ['Content-Type', contentType(mediaType)],
    ...(profiled ? ([['Content-Profile', schema]] as const) : []),
  ];
}

function applied(request: ApiRequest, applicable: Applicable): HeaderList {
  const header = preferenceApplied(request.preferences, applicable);
  return header === undefined ? [] : [['Preference-Applied', header]];
}

function lengthHeader(body: Buffer): HeaderList {
  return [['Content-Length', String(body.length)]];
}

export function readResponse(
  request: ApiRequest,
  outcome: Outcome,
  table: Table,
  headersOnly: boolean,
): Response {
  const total = totalRows(outcome);
  const { status, contentRange: range } = rangeOutcome(request.range, pageRows(outcome), total);
  const rows = Buffer.from(outcome.row.body ?? '');
  const location = `/${table.name}${request.canonicalQuery === '' ? '' : `?${request.canonicalQuery}`}`;
  const headers: HeaderList = [
    ['Content-Range', range],
    ['Content-Location', encodeURI(location).replaceAll('%25', '%')],
    ...(headersOnly ? [] : lengthHeader(rows)),
    ...typeHeaders(outcome.mediaType, request),
    ...applied(request, ALWAYS_APPLICABLE),
  ];
  // PostgREST 13 sends the error in place of the rows, but with the rows' length: clients see its first bytes only.
  const refused = status === 416 ? outOfBounds(request, total).subarray(0, rows.length) : rows;
  return overridden({ status, headers, body: headersOnly ? NO_BODY : refused }, outcome.row);
}

function outOfBounds(request: ApiRequest, total: bigint | undefined): Buffer {
  return Buffer.from(errorText(rangeOutOfBounds(request.range.first, String(total ?? 0n)).body));
}

export function callResponse(request: ApiRequest, outcome: Outcome, routine: Routine): Response {
  const total = totalRows(outcome);
  const { status, contentRange: range } = rangeOutcome(request.range, pageRows(outcome), total);
  const headers: HeaderList = [
    ['Content-Range', range],
    ...applied(request, [...ALWAYS_APPLICABLE, 'maxAffected']),
  ];
  if (routine.returnsVoid) return overridden({ status: 204, headers, body: NO_BODY }, outcome.row);
  const body = status === 416 ? outOfBounds(request, total) : Buffer.from(outcome.row.body ?? '');
  const headersOnly = request.http.method === 'HEAD';
  return overridden(
    {
      status,
      headers: [
        ...headers,
        ...(headersOnly ? [] : lengthHeader(body)),
        ...typeHeaders(outcome.mediaType, request),
      ],
      body: headersOnly ? NO_BODY : body,
    },
    outcome.row,
  );
}

export function insertResponse(request: ApiRequest, outcome: Outcome, table: Table): Response {
  const { preferences, parameters } = request;
  const rows = Buffer.from(outcome.row.body ?? '');
  const keyed = table.primaryKey.length > 0 || parameters.onConflict !== undefined;
  const returns = preferences.representation === 'representation';
  const headers: HeaderList = [
    ...locationHeader(table, outcome.row.location),
    ['Content-Range', contentRange(1n, 0n, countsRows(preferences) ? pageRows(outcome) : undefined)],
    ...lengthHeader(rows),
    ...applied(request, [
      ...(keyed ? (['resolution'] as const) : []),
      'missing',
      'representation',
      ...ALWAYS_APPLICABLE,
    ]),
    ...(returns ? typeHeaders(outcome.mediaType, request) : []),
  ];
  const noneNew = BigInt(outcome.row.inserted ?? '0') <= 0n && preferences.resolution === 'merge-duplicates';
  const body = returns ? rows : NO_BODY;
  return overridden({ status: noneNew ? 200 : 201, headers, body }, outcome.row);
}

function locationHeader(table: Table, location: string | null): HeaderList {
  if (location === null) return [];
  const pairs = JSON.parse(location) as [string, string][];
  const query = pairs
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
    .join('&');
  return [['Location', `/${table.name}?${query}`]];
}

/** PATCH says which rows were written, DELETE how many. */
export function changeResponse(request: ApiRequest, outcome: Outcome, kind: 'update' | 'delete'): Response {
  const { preferences } = request;
  const rows = pageRows(outcome);
  const total = countsRows(preferences) ? rows : undefined;
  const range = kind === 'update' ? contentRange(0n, rows - 1n, total) : contentRange(1n, 0n, total);
  const headers: HeaderList = [
    ['Content-Range', range],
    ...applied(request, [
      ...(kind === 'update' ? (['missing'] as const) : []),
      'representation',
      ...ALWAYS_APPLICABLE,
      'maxAffected',
    ]),
  ];
  return overridden(writeBody(request, outcome, headers, 200), outcome.row);
}

export function upsertResponse(request: ApiRequest, outcome: Outcome): Response {
  const headers = applied(request, ['representation', ...ALWAYS_APPLICABLE]);
  const status = BigInt(outcome.row.inserted ?? '0') > 0n ? 201 : 200;
  return overridden(writeBody(request, outcome, headers, status), outcome.row);
}

/** With the rows if they are asked for, else without a body. */
function writeBody(request: ApiRequest, outcome: Outcome, headers: HeaderList, status: number): Response {
  if (request.preferences.representation !== 'representation') return { status: 204, headers, body: NO_BODY };
  const body = Buffer.from(outcome.row.body ?? '');
  return {
    status,
    headers: [...headers, ...lengthHeader(body), ...typeHeaders(outcome.mediaType, request)],
    body,
  };
}
