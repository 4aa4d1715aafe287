import pg from 'pg';
import type { ErrorCode, ErrorDetails } from '../../core/errors.ts';
import { SynclineError } from '../../core/errors.ts';

/** What was going on, for the message: names, never values. */
export interface FailureContext {
  /** `reading users`, `reading the catalog`. */
  readonly activity: string;
  /** Where the server is, without any secret. */
  readonly address: string;
  /** The key of the table in question. */
  readonly table?: string;
  /** True when the caller's own signal ended the work. */
  readonly cancelled?: boolean;
}

/** SQLSTATEs, or their two-character classes, that have a meaning of their own (Postgres's appendix A). */
const BY_STATE: Readonly<Record<string, ErrorCode>> = {
  '28000': 'REMOTE_UNAUTHORIZED',
  '28P01': 'REMOTE_UNAUTHORIZED',
  '42501': 'REMOTE_FORBIDDEN',
  '57014': 'REMOTE_TIMEOUT',
  '25P03': 'REMOTE_TIMEOUT',
  '25P04': 'REMOTE_TIMEOUT',
  '42P01': 'REMOTE_CHANGED',
  '42703': 'REMOTE_CHANGED',
  '3F000': 'REMOTE_CHANGED',
  // A cached plan or a relation that was dropped or altered under our feet.
  '0A000': 'REMOTE_QUERY',
  '3D000': 'REMOTE_NOT_FOUND',
  '55P03': 'REMOTE_UNAVAILABLE',
  '57P01': 'REMOTE_UNREACHABLE',
  '57P02': 'REMOTE_UNREACHABLE',
  '57P03': 'REMOTE_UNAVAILABLE',
  '08': 'REMOTE_UNREACHABLE',
  // Another transaction was in the way: a deadlock, or a serialization failure.
  '40': 'REMOTE_UNAVAILABLE',
  '53': 'REMOTE_UNAVAILABLE',
  '58': 'REMOTE_UNAVAILABLE',
  XX: 'REMOTE_UNAVAILABLE',
};

const NETWORK_CODES: ReadonlySet<string> = new Set([
  'EAI_AGAIN',
  'ECONNABORTED',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTDOWN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOENT',
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
]);

const SAYINGS: Readonly<Partial<Record<ErrorCode, string>>> = {
  REMOTE_UNAUTHORIZED: 'The server refused the user or the password',
  REMOTE_FORBIDDEN: 'The role lacks a right',
  REMOTE_TIMEOUT: 'The server ended the statement because it took too long',
  REMOTE_CHANGED: 'A table or column is no longer there',
  REMOTE_NOT_FOUND: 'The server does not have that database',
  REMOTE_UNREACHABLE: 'The connection was refused or lost',
  REMOTE_UNAVAILABLE: 'The server cannot serve the statement now',
};

const SAYINGS_BY_STATE: Readonly<Record<string, string>> = {
  '55P03': 'Another transaction holds a lock on it',
  '40P01': 'Another transaction wanted the same rows in another order',
  '40001': 'Another transaction changed the same rows',
};

/**
 * Whatever `pg`, the network or TLS raised, as a SynclineError. The server's message, detail and hint are left out: they
 * may quote row values. For the same reason the original is not attached as the cause.
 */
export function postgresError(thrown: unknown, context: FailureContext): SynclineError {
  if (thrown instanceof SynclineError) return thrown;
  if (context.cancelled === true) return new SynclineError('CANCELLED', 'The operation was cancelled.');
  if (thrown instanceof pg.DatabaseError) return databaseError(thrown, context);
  if (thrown instanceof AggregateError && thrown.errors.length > 0)
    return postgresError(thrown.errors[0], context);
  const { code, message } = fieldsOf(thrown);
  const details = { address: context.address, ...(code !== '' && { reason: code }) };
  if (message.includes('does not support SSL')) {
    return new SynclineError('REMOTE_TLS_REQUIRED', `${context.address} does not offer TLS.`, details);
  }
  if (isTlsFailure(code, message)) {
    return new SynclineError(
      'REMOTE_TLS',
      `TLS with ${context.address} failed (${code || 'handshake'}).`,
      details,
    );
  }
  if (NETWORK_CODES.has(code) || isLostConnection(message)) {
    const saying = `${context.address} cannot be reached while ${context.activity} (${code || 'connection lost'}).`;
    return new SynclineError('REMOTE_UNREACHABLE', saying, details);
  }
  if (message.startsWith('SASL') || message.includes('password must be a string')) {
    return new SynclineError('REMOTE_UNAUTHORIZED', `${context.address} asks for a password.`, details);
  }
  const name = thrown instanceof Error ? thrown.name : typeof thrown;
  return new SynclineError(
    'REMOTE_PROTOCOL',
    `An unexpected ${name} was raised while ${context.activity}.`,
    details,
  );
}

function databaseError(thrown: pg.DatabaseError, context: FailureContext): SynclineError {
  const state = thrown.code ?? '';
  const details: ErrorDetails = {
    sqlState: state,
    address: context.address,
    ...(context.table !== undefined && { table: context.table }),
    ...(thrown.constraint !== undefined && { constraint: thrown.constraint }),
    ...(thrown.column !== undefined && { columnName: thrown.column }),
  };
  // Raised because the session reads with row_security = off: the rows would have been filtered otherwise.
  if (state === '42501' && thrown.routine === 'check_enable_rls') {
    return new SynclineError(
      'REMOTE_ROWS_HIDDEN',
      `Row level security hides rows (${context.activity}).`,
      details,
    );
  }
  // Supabase's pooler knows no such project or user.
  if (state === 'XX000' && /tenant or user not found/i.test(thrown.message)) {
    return new SynclineError('REMOTE_UNAUTHORIZED', 'The pooler knows no such project or user.', details);
  }
  const code = BY_STATE[state] ?? BY_STATE[state.slice(0, 2)] ?? 'REMOTE_QUERY';
  const saying = SAYINGS_BY_STATE[state] ?? SAYINGS[code] ?? 'The database refused the statement';
  return new SynclineError(code, `${saying} (SQLSTATE ${state}, ${context.activity}).`, details);
}

function fieldsOf(thrown: unknown): { readonly code: string; readonly message: string } {
  if (!(thrown instanceof Error)) return { code: '', message: '' };
  const code = 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : '';
  return { code, message: thrown.message };
}

/** OpenSSL's and Node's codes for certificates and handshakes. */
function isTlsFailure(code: string, message: string): boolean {
  return (
    /^ERR_(TLS|SSL|OSSL)/.test(code) ||
    code === 'EPROTO' ||
    /CERT|SIGNATURE|UNABLE_TO_(GET|VERIFY)|HOSTNAME_MISMATCH/.test(code) ||
    message.includes('establishing an SSL connection') ||
    message.includes('before secure TLS connection was established')
  );
}

/** What `pg` says without any code: see its client.js. */
function isLostConnection(message: string): boolean {
  return (
    message.startsWith('Connection terminated') ||
    message.startsWith('Client was closed') ||
    message.startsWith('Client has encountered a connection error') ||
    message.includes('timeout expired') ||
    message.includes('timeout exceeded')
  );
}
