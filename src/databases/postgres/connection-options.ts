import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import type { ConnectionOptions as TlsOptions } from 'node:tls';
import { SynclineError } from '../../core/errors.ts';
import { isLoopback } from '../loopback.ts';

/** Where and how to connect, from a connection string. */
export interface ConnectionOptions {
  /** A host name, an address, or the folder of a unix socket (starts with a slash). */
  readonly host: string;
  readonly port: number;
  readonly database?: string;
  readonly user?: string;
  readonly password?: string;
  /** libpq's `options`, such as `reference=abcd` of Supabase's pooler. */
  readonly options?: string;
  /** Absent: no TLS, to this machine only. */
  readonly tls?: TlsOptions;
  /** `postgres://host:port/database`, without any secret. */
  readonly address: string;
}

const DEFAULT_PORT = 5432;

/** The modes of libpq that ask for TLS; here every one of them also checks the certificate and the host's name. */
const TLS_MODES: ReadonlySet<string> = new Set(['require', 'verify-ca', 'verify-full']);
const PLAIN_MODES: ReadonlySet<string> = new Set(['disable', 'allow', 'prefer', 'no-verify']);

/**
 * Reads a `postgres://` connection string as libpq does, but for TLS: to another machine it is always used and always
 * verified. `rootCertificate` is PEM, and stands for the string's own `sslrootcert`.
 *
 * Throws REMOTE_URL_INVALID (never quoting the string, which holds the password), REMOTE_TLS_REQUIRED when the string
 * asks for a connection in the clear to another machine, and REMOTE_TLS when its root certificate cannot be read.
 */
export function parseConnectionString(connectionString: string, rootCertificate?: string): ConnectionOptions {
  const url = urlOf(connectionString.trim());
  const parameter = (name: string): string | undefined => url.searchParams.get(name) ?? undefined;
  const host = parameter('host') ?? (decoded(url.hostname).replace(/^\[(.*)\]$/, '$1') || 'localhost');
  const port = Number(parameter('port') ?? (url.port || DEFAULT_PORT));
  if (!Number.isInteger(port) || port < 1 || port > 65_535) throw invalid('the port is not a number');
  const database = parameter('dbname') ?? decoded(url.pathname.slice(1));
  const user = parameter('user') ?? decoded(url.username);
  const password = parameter('password') ?? decoded(url.password);
  const options = parameter('options');
  const encrypted = usesTls(host, parameter('sslmode'));
  const ca = encrypted ? (rootCertificate ?? readRootCertificate(parameter('sslrootcert'))) : undefined;
  return {
    host,
    port,
    ...(database !== '' && { database }),
    ...(user !== '' && { user }),
    ...(password !== '' && { password }),
    ...(options !== undefined && { options }),
    ...(encrypted && { tls: tlsOptions(host, ca) }),
    address: `postgres://${isIP(host) === 6 ? `[${host}]` : host}:${port}/${database}`,
  };
}

function urlOf(connectionString: string): URL {
  if (!/^postgres(ql)?:\/\//i.test(connectionString)) throw invalid('it does not begin with postgres://');
  try {
    return new URL(connectionString);
  } catch {
    throw invalid('special characters in the password must be percent-encoded');
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // A stray percent sign in a password, as people paste them.
    return text;
  }
}

function invalid(why: string): SynclineError {
  return new SynclineError('REMOTE_URL_INVALID', `The connection string cannot be used: ${why}.`);
}

function usesTls(host: string, mode: string | undefined): boolean {
  if (mode !== undefined && !TLS_MODES.has(mode) && !PLAIN_MODES.has(mode)) {
    throw invalid('its sslmode is unknown');
  }
  if (isLoopback(host)) return mode !== undefined && TLS_MODES.has(mode);
  if (mode === 'disable' || mode === 'no-verify') {
    throw new SynclineError(
      'REMOTE_TLS_REQUIRED',
      `sslmode=${mode} asks for an unprotected connection to ${host}.`,
      {
        host,
      },
    );
  }
  return true;
}

function readRootCertificate(path: string | undefined): string | undefined {
  if (path === undefined || path === 'system') return undefined;
  try {
    return readFileSync(path, 'utf8');
  } catch {
    throw new SynclineError('REMOTE_TLS', 'The file that sslrootcert names cannot be read.');
  }
}

function tlsOptions(host: string, ca: string | undefined): TlsOptions {
  return {
    rejectUnauthorized: true,
    host,
    // A server name must not be an address (RFC 6066, section 3).
    ...(isIP(host) === 0 && { servername: host }),
    ...(ca !== undefined && { ca }),
  };
}
