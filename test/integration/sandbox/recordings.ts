import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { signToken } from '../../../src/sandbox/auth/jwt.ts';

/** One request that a real PostgREST answered, and the tables after it if it wrote. */
export interface Conversation {
  readonly name: string;
  readonly client: 'supabase-js' | 'raw';
  readonly role: string;
  readonly request: {
    readonly method: string;
    readonly path: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body?: string;
  };
  readonly response: {
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string;
  };
  readonly after?: Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>>;
}

export interface Recordings {
  readonly schema: string;
  readonly rows: string;
  readonly conversations: readonly Conversation[];
}

const FOLDER = join(import.meta.dirname, '../../../../shared/data/postgrest');

/** The recordings, or nothing where they are absent. */
export function loadRecordings(): Recordings | undefined {
  if (!existsSync(join(FOLDER, 'cases.json'))) return undefined;
  const text = (name: string): string => readFileSync(join(FOLDER, name), 'utf8');
  return {
    schema: text('schema.sql'),
    rows: text('rows.sql'),
    conversations: JSON.parse(text('cases.json')) as Conversation[],
  };
}

export const RECORDED_SECRET = 'reallyreallyreallyreallyverysafe-0123456789';

/** The `Authorization` header that a conversation was recorded with. */
export function authorizationOf(role: string): string | undefined {
  const signed = (claims: Record<string, unknown>, secret = RECORDED_SECRET): string =>
    `Bearer ${signToken(claims, secret)}`;
  switch (role) {
    case 'anon':
      return undefined;
    case 'authenticated':
      return signed({ role, sub: 'u1' });
    case 'expired':
      return signed({ role: 'authenticated', exp: 1000 });
    case 'forged':
      return signed({ role: 'service_role' }, 'some other secret that is long enough too');
    case 'nosuchrole':
      return signed({ role: 'superadmin' });
    case 'norole':
      return signed({ sub: 'u1' });
    case 'garbage':
      return 'Bearer garbage';
    default:
      return signed({ role });
  }
}
