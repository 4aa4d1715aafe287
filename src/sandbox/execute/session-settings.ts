import type { Identity } from '../auth/authenticate.ts';
import type { Session } from '../database/database.ts';
import type { ApiRequest } from '../request/api-request.ts';
import { header } from '../request/api-request.ts';
import type { Routine, SchemaCache } from '../schema/model.ts';
import type { Sql } from '../sql/fragment.ts';
import { bound, identifier, joined, rendered, sql } from '../sql/fragment.ts';

/** What PostgreSQL is told about a request before anything is read: whose it is, and what it looked like. */
export async function applySettings(
  session: Session,
  request: ApiRequest,
  identity: Identity,
  cache: SchemaCache,
  routine: Routine | undefined,
  extraSearchPath: readonly string[],
): Promise<void> {
  const searchPath = [request.schema, ...extraSearchPath]
    .map((name) => rendered(identifier(name)).text)
    .join(', ');
  const own = cache.roleSettings.get(identity.role)?.settings ?? [];
  await session.run(settingsSql([['search_path', searchPath], ...own]));
  await session.assume(identity.role);
  const { http, preferences } = request;
  await session.run(
    settingsSql([
      ['request.jwt.claims', identity.claims],
      ['request.method', http.method],
      ['request.path', http.path],
      ['request.headers', JSON.stringify(headerTexts(request))],
      ['request.cookies', JSON.stringify(cookies(header(http, 'cookie')))],
      ...(preferences.timezone === undefined ? [] : [['timezone', preferences.timezone] as const]),
      ...(routine?.settings ?? []),
    ]),
  );
}

function settingsSql(settings: readonly (readonly [name: string, value: string])[]): Sql {
  const calls = settings.map(([name, value]) => sql`set_config(${bound(name)}, ${bound(value)}, true)`);
  return sql`select ${joined(calls, ', ')}`;
}

function headerTexts({ http }: ApiRequest): Record<string, string> {
  const names = Object.keys(http.headers).filter((name) => name !== 'cookie');
  return Object.fromEntries(names.map((name) => [name, header(http, name) ?? '']));
}

function cookies(text: string | undefined): Record<string, string> {
  const pairs = (text ?? '')
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair !== '');
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf('=');
      return at < 0 ? [pair, ''] : [pair.slice(0, at), pair.slice(at + 1)];
    }),
  );
}
