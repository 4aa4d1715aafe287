import type { ErrorCode, ErrorDetails } from '../../core/errors.ts';
import { SynclineError } from '../../core/errors.ts';
import type { RestAnswer } from './rest-client.ts';
import { cancelled, retryAfterMilliseconds } from './retry.ts';

/** What was going on, for the message: names, never values. */
export interface RestContext {
  /** `reading users`. */
  readonly activity: string;
  readonly address: string;
  /** The key of the table in question. */
  readonly table?: string;
}

export interface RestFailure {
  readonly error: SynclineError;
  /** Another try may do better. */
  readonly again: boolean;
  /** A smaller page may do better: the server or the line gave up in the middle. */
  readonly smaller: boolean;
  readonly retryAfterMilliseconds?: number;
}

interface Verdict {
  readonly code: ErrorCode;
  readonly saying: string;
  readonly again?: boolean;
  readonly smaller?: boolean;
}

/** SQLSTATEs and PostgREST's codes that say more than the status. */
const BY_CODE: Readonly<Record<string, Verdict>> = {
  '42501': { code: 'REMOTE_FORBIDDEN', saying: 'The role of the key lacks a right' },
  '42703': { code: 'REMOTE_CHANGED', saying: 'A column is no longer there' },
  '42P01': { code: 'REMOTE_CHANGED', saying: 'A table is no longer there' },
  PGRST204: { code: 'REMOTE_CHANGED', saying: 'A column is no longer there' },
  PGRST205: { code: 'REMOTE_CHANGED', saying: 'A table is no longer there' },
  PGRST106: { code: 'REMOTE_NOT_FOUND', saying: 'The schema is not exposed by the API' },
  PGRST202: { code: 'REMOTE_NOT_FOUND', saying: 'The API has no such function' },
  '57014': {
    code: 'REMOTE_TIMEOUT',
    saying: 'The server ended the statement because it took too long',
    again: true,
    smaller: true,
  },
};

const UNAVAILABLE: Verdict = { code: 'REMOTE_UNAVAILABLE', saying: 'The server failed' };

/** 520 to 524 are Cloudflare's, which stands before Supabase; 540 is Supabase's for a paused project. */
const BY_STATUS: Readonly<Record<number, Verdict>> = {
  401: { code: 'REMOTE_UNAUTHORIZED', saying: 'The server refused the key' },
  403: { code: 'REMOTE_FORBIDDEN', saying: 'The role of the key lacks a right' },
  404: { code: 'REMOTE_NOT_FOUND', saying: 'The server knows no such address' },
  408: { code: 'REMOTE_TIMEOUT', saying: 'The server waited too long', again: true },
  429: { code: 'REMOTE_RATE_LIMITED', saying: 'The server asked for fewer requests', again: true },
  502: { ...UNAVAILABLE, again: true },
  503: { ...UNAVAILABLE, again: true },
  504: { code: 'REMOTE_TIMEOUT', saying: 'The gateway waited too long', again: true, smaller: true },
  520: { ...UNAVAILABLE, again: true },
  521: { ...UNAVAILABLE, again: true },
  522: { ...UNAVAILABLE, again: true },
  523: { ...UNAVAILABLE, again: true },
  524: { code: 'REMOTE_TIMEOUT', saying: 'The gateway waited too long', again: true, smaller: true },
  540: { code: 'REMOTE_UNREACHABLE', saying: 'The project is paused' },
};

/**
 * Why an answer is a failure, or undefined when it is none. Messages name the status, the code, the activity and the
 * table; what the server says in words is dropped, because it may quote row values.
 */
export function restFailure(
  answer: RestAnswer,
  context: RestContext,
  signal: AbortSignal,
  now: number,
): RestFailure | undefined {
  if (signal.aborted) return { error: cancelled(), again: false, smaller: false };
  if (answer.status === 0) return networkFailure(answer, context);
  if (answer.status >= 200 && answer.status < 300) return bodyFailure(answer, context);
  const verdict = verdictOn(answer);
  const details = detailsOf(context, {
    status: answer.status,
    ...(answer.code !== '' && { code: answer.code }),
  });
  const word = answer.code === '' ? `HTTP ${answer.status}` : `HTTP ${answer.status}, ${answer.code}`;
  const asked = retryAfterMilliseconds(answer.headers.get('retry-after'), now);
  return {
    error: new SynclineError(verdict.code, `${verdict.saying} (${word}, ${context.activity}).`, details),
    again: verdict.again ?? false,
    smaller: verdict.smaller ?? false,
    ...(asked !== undefined && { retryAfterMilliseconds: asked }),
  };
}

function verdictOn(answer: RestAnswer): Verdict {
  const known = BY_CODE[answer.code];
  if (known) return known;
  if (!isJson(answer.headers) && answer.status < 500 && answer.status !== 401 && answer.status !== 429) {
    return { code: 'REMOTE_PROTOCOL', saying: 'Something other than the API of a Supabase project answered' };
  }
  const byStatus = BY_STATUS[answer.status];
  if (byStatus) return byStatus;
  if (answer.status >= 500) return UNAVAILABLE;
  // Any other SQLSTATE is the database's refusal; the rest is about the request itself.
  return /^[0-9A-Z]{5}$/.test(answer.code)
    ? { code: 'REMOTE_QUERY', saying: 'The database refused the statement' }
    : { code: 'REMOTE_PROTOCOL', saying: 'The server did not understand the request' };
}

/** A success that is none: HTML with status 200, or a body that was cut. */
function bodyFailure(answer: RestAnswer, context: RestContext): RestFailure | undefined {
  if (answer.bytes === 0 || answer.status === 204) return undefined;
  if (!isJson(answer.headers)) {
    return {
      error: new SynclineError(
        'REMOTE_PROTOCOL',
        `Something other than the API of a Supabase project answered (${context.activity}).`,
        detailsOf(context, { status: answer.status }),
      ),
      again: false,
      smaller: false,
    };
  }
  // supabase-js leaves no data when the body does not parse. JSON's own null never comes from what we ask.
  if (answer.data !== null && answer.data !== undefined) return undefined;
  return {
    error: new SynclineError(
      'REMOTE_PROTOCOL',
      `The answer was cut off (${context.activity}).`,
      detailsOf(context, { status: answer.status }),
    ),
    again: true,
    smaller: true,
  };
}

function networkFailure(answer: RestAnswer, context: RestContext): RestFailure {
  if (answer.timedOut) {
    const saying = `${context.address} did not answer in time (${context.activity}).`;
    return {
      error: new SynclineError('REMOTE_TIMEOUT', saying, detailsOf(context)),
      again: true,
      smaller: true,
    };
  }
  const reason = reasonOf(answer.thrown);
  const details = detailsOf(context, reason === '' ? {} : { reason });
  if (isTlsReason(reason)) {
    const saying = `TLS with ${context.address} failed (${reason}).`;
    return { error: new SynclineError('REMOTE_TLS', saying, details), again: false, smaller: false };
  }
  const saying = `${context.address} cannot be reached (${reason || 'connection lost'}, ${context.activity}).`;
  return { error: new SynclineError('REMOTE_UNREACHABLE', saying, details), again: true, smaller: true };
}

/** The code of the innermost cause: undici wraps what the socket said in a TypeError. */
function reasonOf(thrown: unknown): string {
  let reason = '';
  for (let error = thrown; error instanceof Error; error = error.cause) {
    if ('code' in error && typeof error.code === 'string') reason = error.code;
    if (error instanceof AggregateError && error.errors.length > 0)
      return reasonOf(error.errors[0]) || reason;
  }
  return reason;
}

function isTlsReason(reason: string): boolean {
  return (
    /^ERR_(TLS|SSL|OSSL)|CERT|SIGNATURE|UNABLE_TO_(GET|VERIFY)|HOSTNAME_MISMATCH/.test(reason) ||
    reason === 'EPROTO'
  );
}

function isJson(headers: Headers): boolean {
  return /\bjson\b/.test(headers.get('content-type') ?? '');
}

function detailsOf(context: RestContext, more: ErrorDetails = {}): ErrorDetails {
  return { address: context.address, ...(context.table !== undefined && { table: context.table }), ...more };
}
