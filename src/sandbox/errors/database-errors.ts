import { ConnectionError, SqlError } from '../database/database.ts';
import { ApiError } from './api-error.ts';

/** SQLSTATEs with a status of their own, before their classes are looked at. */
const BY_CODE: Readonly<Record<string, number>> = {
  '23503': 409,
  '23505': 409,
  '25006': 405,
  '53400': 500,
  '57P01': 503,
  P0001: 400,
  '42P01': 404,
  '42P17': 500,
};

/** SQLSTATE classes. Whatever is listed nowhere is the client's fault: 400. */
const BY_CLASS: Readonly<Record<string, number>> = {
  '08': 503,
  '09': 500,
  '0L': 403,
  '0P': 403,
  '25': 500,
  '28': 403,
  '2D': 500,
  '38': 500,
  '39': 500,
  '3B': 500,
  '40': 500,
  '53': 503,
  '54': 500,
  '55': 500,
  '57': 500,
  '58': 500,
  F0: 500,
  HV: 500,
  P0: 500,
  XX: 500,
};

/**
 * The HTTP status for an SQLSTATE; insufficient privilege depends on who asks.
 * @see https://docs.postgrest.org/en/v13/references/errors.html#http-status-codes
 */
export function statusOf(code: string, message: string, authenticated: boolean): number {
  if (code === '42501') return authenticated ? 403 : 401;
  if (code === '21000') return message.endsWith('requires a WHERE clause') ? 400 : 500;
  if (code === '22023') return /^role.*does not exist$/s.test(message) ? 401 : 400;
  if (code === '42883') return message.startsWith('function xmlagg(') ? 406 : 404;
  if (code.startsWith('PT')) return ownStatus(code.slice(2));
  return BY_CODE[code] ?? BY_CLASS[code.slice(0, 2)] ?? 400;
}

function ownStatus(digits: string): number {
  const status = /^\d+$/.test(digits) ? Number(digits) : 500;
  // node:http sends three digits only, as HTTP does.
  return status >= 100 && status <= 999 ? status : 500;
}

/** What a failed transaction is answered with; anything that is no database's error is thrown on. */
export function databaseError(failure: unknown, authenticated: boolean): ApiError {
  if (failure instanceof ApiError) return failure;
  if (failure instanceof ConnectionError) return connectionError(failure);
  if (!(failure instanceof SqlError)) throw failure;
  if (failure.code === 'PGRST') return raisedResponse(failure);
  const status = statusOf(failure.code, failure.message, authenticated);
  const { code, message, detail, hint } = failure;
  return new ApiError(
    status,
    { code, message, details: detail ?? null, hint: hint ?? null },
    status === 401 ? [['WWW-Authenticate', 'Bearer']] : [],
    code.startsWith('PT') ? message : undefined,
  );
}

/** What is answered while the catalog cannot be read. */
export function schemaCacheError(failure: unknown): unknown {
  if (!(failure instanceof ConnectionError) && !(failure instanceof SqlError)) return failure;
  const message = 'Could not query the database for the schema cache. Retrying.';
  return new ApiError(503, { code: 'PGRST002', message });
}

function connectionError(failure: ConnectionError): ApiError {
  if (failure.kind === 'pool-exhausted') {
    return new ApiError(504, {
      code: 'PGRST003',
      message: 'Timed out acquiring connection from connection pool.',
    });
  }
  const lost = failure.kind === 'lost';
  return new ApiError(503, {
    code: lost ? 'PGRST001' : 'PGRST000',
    message: `Database ${lost ? 'client' : 'connection'} error. Retrying the connection.`,
    details: failure.message,
  });
}

/**
 * `raise sqlstate 'PGRST'` with JSON in its message and detail makes the whole response.
 * @see https://docs.postgrest.org/en/v13/references/errors.html#add-http-headers-with-raise
 */
function raisedResponse(failure: SqlError): ApiError {
  const message = parsedObject(failure.message);
  if (
    message === undefined ||
    typeof message['code'] !== 'string' ||
    typeof message['message'] !== 'string'
  ) {
    return unreadableRaise(
      `Invalid JSON value for MESSAGE: '${failure.message}'`,
      "MESSAGE must be a JSON object with obligatory keys: 'code', 'message' and optional keys: 'details', 'hint'.",
    );
  }
  const about =
    "DETAIL must be a JSON object with obligatory keys: 'status', 'headers' and optional key: 'status_text'.";
  if (failure.detail === undefined) return unreadableRaise('DETAIL is missing in the RAISE statement', about);
  const detail = parsedObject(failure.detail);
  const headers = stringEntries(detail?.['headers']);
  const status = detail?.['status'];
  if (typeof status !== 'number' || headers === undefined) {
    return unreadableRaise(`Invalid JSON value for DETAIL: '${failure.detail}'`, about);
  }
  const text = detail?.['status_text'];
  return new ApiError(
    status,
    {
      code: message['code'],
      message: message['message'],
      details: message['details'] ?? null,
      hint: typeof message['hint'] === 'string' ? message['hint'] : null,
    },
    headers,
    typeof text === 'string' ? text : undefined,
  );
}

function unreadableRaise(details: string, hint: string): ApiError {
  const message = 'Could not parse JSON in the "RAISE SQLSTATE \'PGRST\'" error';
  return new ApiError(500, { code: 'PGRST121', message, details, hint });
}

function parsedObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function stringEntries(value: unknown): [string, string][] | undefined {
  if (!isObject(value)) return undefined;
  const entries = Object.entries(value);
  return entries.every((entry): entry is [string, string] => typeof entry[1] === 'string')
    ? entries
    : undefined;
}
