import { SynclineError } from '../../core/errors.ts';
import { isLoopback } from '../loopback.ts';

/**
 * The base URL of a Supabase project from what people paste: with or without a trailing slash or `/rest/v1`.
 *
 * Throws REMOTE_URL_INVALID, also for the address of the dashboard, and REMOTE_TLS_REQUIRED for `http://` to another
 * machine. The text itself is never quoted: it may hold a key.
 */
export function projectAddress(text: string): URL {
  let url: URL;
  try {
    url = new URL(text.trim());
  } catch {
    throw invalid('it is not a URL');
  }
  if (url.protocol !== 'https:' && url.protocol !== 'http:') throw invalid('it does not begin with https://');
  if (url.username !== '' || url.password !== '') throw invalid('it must not hold a user or a password');
  if (/(^|\.)supabase\.com$/.test(url.hostname)) throw invalid('it is the address of the dashboard');
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  if (url.protocol === 'http:' && !isLoopback(host)) {
    throw new SynclineError('REMOTE_TLS_REQUIRED', `http:// asks for an unprotected connection to ${host}.`, {
      host,
    });
  }
  url.pathname = url.pathname.replace(/\/(rest\/v1\/?)?$/, '');
  url.search = '';
  url.hash = '';
  return url;
}

function invalid(why: string): SynclineError {
  return new SynclineError('REMOTE_URL_INVALID', `The project URL cannot be used: ${why}.`);
}
