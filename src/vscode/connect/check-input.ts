/** What the connect flow accepts, decided before anything is sent anywhere. */
import { t } from '@vscode/l10n';

/** Either the value as it will be kept, or what is wrong with the input. */
export type Checked = { readonly value: string } | { readonly mistake: string };

/** A Supabase project URL, without trailing slashes and without the API's path. */
export function checkProjectUrl(input: string): Checked {
  const text = input.trim();
  if (text === '') return { mistake: t('Paste the project URL, such as https://abcd.supabase.co.') };
  if (/^postgres(ql)?:/i.test(text)) {
    return { mistake: t('This is a connection string. Go back and choose “Postgres connection string”.') };
  }
  const url = parseUrl(text);
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    return { mistake: t('This is not a URL. It looks like https://abcd.supabase.co.') };
  }
  if (url.username !== '' || url.password !== '') {
    return { mistake: t('The URL must not hold a name or a password: syncline.json is not secret.') };
  }
  const dashboard = /^(?:www\.)?supabase\.com$/.test(url.hostname)
    ? /^\/dashboard\/project\/([a-z0-9]+)/.exec(url.pathname)?.[1]
    : undefined;
  if (dashboard !== undefined) return { value: `https://${dashboard}.supabase.co` };
  if (url.hostname === 'supabase.com') {
    return { mistake: t('This is the dashboard. The project URL looks like https://abcd.supabase.co.') };
  }
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
    return { mistake: t('Use https://. Unencrypted connections are allowed to this machine only.') };
  }
  const path = url.pathname.replace(/\/(rest|auth|storage)\/v1\/?$/, '').replace(/\/+$/, '');
  return { value: `${url.origin}${path}` };
}

/** A Supabase secret key; the publishable one is refused with the reason. */
export function checkSecretKey(input: string, now: number): Checked {
  const key = input.trim();
  if (key === '') return { mistake: t('Paste the secret key.') };
  if (/\s/.test(key)) return { mistake: t('A key has no spaces or line breaks in it.') };
  if (key.startsWith('sbp_')) {
    return {
      mistake: t('This is a personal access token. The project’s secret key starts with sb_secret_.'),
    };
  }
  if (key.startsWith('sb_publishable_') || jwtClaim(key, 'role') === 'anon') {
    return {
      mistake: t(
        'This is the publishable key: row level security hides rows from it, and the pull would be partial. Paste the secret key.',
      ),
    };
  }
  const expiry = jwtClaim(key, 'exp');
  if (typeof expiry === 'number' && expiry * 1000 < now) return { mistake: t('This key has expired.') };
  return { value: key };
}

/** A Postgres connection string with a password. */
export function checkConnectionString(input: string): Checked {
  const text = input.trim();
  const example = 'postgresql://postgres:…@db.abcd.supabase.co:5432/postgres';
  if (text === '') return { mistake: t('Paste the connection string, such as {0}.', example) };
  if (!/^postgres(ql)?:\/\//i.test(text)) {
    return { mistake: t('A connection string starts with postgresql://.') };
  }
  if (/\[YOUR[-_ ]?PASSWORD\]/i.test(text)) {
    return { mistake: t('Replace [YOUR-PASSWORD] with the database password.') };
  }
  const url = parseUrl(text);
  if (url === undefined || url.hostname === '') {
    return {
      mistake: t(
        'This cannot be read. Special characters in the password must be percent-encoded: @ is %40, # is %23.',
      ),
    };
  }
  if (url.password === '' && !isLoopback(url.hostname)) {
    return { mistake: t('The password is missing: postgresql://user:password@host/database.') };
  }
  if (url.searchParams.get('sslmode') === 'disable' && !isLoopback(url.hostname)) {
    return {
      mistake: t('Remove sslmode=disable. Unencrypted connections are allowed to this machine only.'),
    };
  }
  return { value: text };
}

/** Where the local database is to be: a path relative to syncline.json, or absolute. */
export function checkLocalPath(input: string): Checked {
  const path = input.trim();
  if (path === '') return { mistake: t('Name a file, such as ./dev.db.') };
  if (/[/\\]$/.test(path))
    return { mistake: t('This is a folder. Name a file in it, such as {0}dev.db.', path) };
  if (path.includes('\0')) return { mistake: t('A path cannot hold this character.') };
  return { value: path };
}

/** The dashboard page that shows a hosted project's keys; undefined for a project that is hosted elsewhere. */
export function apiKeysPage(projectUrl: string): string | undefined {
  const reference = /^https:\/\/([a-z0-9]+)\.supabase\.co$/.exec(projectUrl)?.[1];
  return reference === undefined
    ? undefined
    : `https://supabase.com/dashboard/project/${reference}/settings/api-keys`;
}

function parseUrl(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined;
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}

/** A claim of a legacy key, which is a JWT. Read for its meaning only; the server is what verifies it. */
function jwtClaim(key: string, claim: string): unknown {
  const payload = /^[\w-]+\.([\w-]+)\.[\w-]+$/.exec(key)?.[1];
  if (payload === undefined) return undefined;
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
    return typeof claims === 'object' && claims !== null
      ? (claims as Readonly<Record<string, unknown>>)[claim]
      : undefined;
  } catch {
    return undefined;
  }
}
