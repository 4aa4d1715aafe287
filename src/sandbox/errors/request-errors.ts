import { ApiError } from './api-error.ts';

/**
 * PostgREST's own refusals of a request (its error group 1).
 * @see https://docs.postgrest.org/en/v13/references/errors.html#group-1-api-request
 */

export const queryParameterError = (message: string, details: string): ApiError =>
  new ApiError(400, { code: 'PGRST100', message, details });

export const invalidRpcMethod = (method: string): ApiError =>
  new ApiError(405, { code: 'PGRST101', message: `Cannot use the ${method} method on RPC` });

export const invalidBody = (message: string): ApiError => new ApiError(400, { code: 'PGRST102', message });

const RANGE_MESSAGE = 'Requested range not satisfiable';

export const negativeLimit = (): ApiError =>
  new ApiError(416, {
    code: 'PGRST103',
    message: RANGE_MESSAGE,
    details: 'Limit should be greater than or equal to zero.',
  });

export const invertedRange = (): ApiError =>
  new ApiError(416, {
    code: 'PGRST103',
    message: RANGE_MESSAGE,
    details: 'The lower boundary must be lower than or equal to the upper boundary in the Range header.',
  });

export const rangeOutOfBounds = (offset: bigint, total: string): ApiError =>
  new ApiError(416, {
    code: 'PGRST103',
    message: RANGE_MESSAGE,
    details: `An offset of ${offset} was requested, but there are only ${total} rows.`,
  });

export const invalidPutFilters = (): ApiError =>
  new ApiError(405, {
    code: 'PGRST105',
    message: "Filters must include all and only primary key columns with 'eq' operators",
  });

export const unacceptableSchema = (schema: string, exposed: readonly string[]): ApiError =>
  new ApiError(406, {
    code: 'PGRST106',
    message: `Invalid schema: ${schema}`,
    hint: `Only the following schemas are exposed: ${exposed.join(', ')}`,
  });

export const noAcceptableMediaType = (asked: readonly string[]): ApiError =>
  new ApiError(406, {
    code: 'PGRST107',
    message: `None of these media types are available: ${asked.join(', ')}`,
  });

export const notEmbedded = (resource: string): ApiError =>
  new ApiError(400, {
    code: 'PGRST108',
    message: `'${resource}' is not an embedded resource in this request`,
    hint: `Verify that '${resource}' is included in the 'select' query parameter.`,
  });

export const invalidResponseHeaders = (): ApiError =>
  new ApiError(500, {
    code: 'PGRST111',
    message:
      'response.headers guc must be a JSON array composed of objects with a single key and a string value',
  });

export const invalidResponseStatus = (): ApiError =>
  new ApiError(500, { code: 'PGRST112', message: 'response.status guc must be a valid status code' });

export const limitsNotAllowedForPut = (): ApiError =>
  new ApiError(400, {
    code: 'PGRST114',
    message: 'limit/offset querystring parameters are not allowed for PUT',
  });

export const putKeyMismatch = (): ApiError =>
  new ApiError(400, {
    code: 'PGRST115',
    message: 'Payload values do not match URL in primary key column(s)',
  });

export const notSingular = (rows: bigint): ApiError =>
  new ApiError(406, {
    code: 'PGRST116',
    message: 'Cannot coerce the result to a single JSON object',
    details: `The result contains ${rows} rows`,
  });

export const unsupportedMethod = (method: string): ApiError =>
  new ApiError(405, { code: 'PGRST117', message: `Unsupported HTTP method: ${method}` });

export const relatedOrderNotToOne = (origin: string, target: string): ApiError =>
  new ApiError(400, {
    code: 'PGRST118',
    message: `A related order on '${target}' is not possible`,
    details: `'${origin}' and '${target}' do not form a many-to-one or one-to-one relationship`,
  });

export const invalidPreferences = (preferences: readonly string[]): ApiError =>
  new ApiError(400, {
    code: 'PGRST122',
    message: 'Invalid preferences given with handling=strict',
    details: `Invalid preferences: ${preferences.join(', ')}`,
  });

export const aggregatesDisabled = (): ApiError =>
  new ApiError(400, { code: 'PGRST123', message: 'Use of aggregate functions is not allowed' });

export const tooManyAffected = (rows: bigint): ApiError =>
  new ApiError(400, {
    code: 'PGRST124',
    message: 'Query result exceeds max-affected preference constraint',
    details: `The query affects ${rows} rows`,
  });

export const invalidResourcePath = (): ApiError =>
  new ApiError(404, { code: 'PGRST125', message: 'Invalid path specified in request URL' });

export const notImplemented = (details: string): ApiError =>
  new ApiError(400, { code: 'PGRST127', message: 'Feature not implemented', details });

export const maxAffectedOnSingleResult = (): ApiError =>
  new ApiError(400, {
    code: 'PGRST128',
    message: 'Function must return SETOF or TABLE when max-affected preference is used with handling=strict',
  });
