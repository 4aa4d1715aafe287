import { isIP } from 'node:net';

/** True for this machine: a unix socket (a path), `localhost`, 127.0.0.0/8 and ::1. */
export function isLoopback(host: string): boolean {
  return (
    host.startsWith('/') ||
    host === 'localhost' ||
    host === '::1' ||
    (isIP(host) === 4 && host.startsWith('127.'))
  );
}
