import { parse, stringify } from 'lossless-json';
import { anonymousAccessDisabled } from '../errors/token-errors.ts';
import { verifyToken } from './jwt.ts';

/** Who a request is from. */
export interface Identity {
  /** The database role that it is run as. */
  readonly role: string;
  /** The claims with the role among them, as the JSON text that `request.jwt.claims` holds. */
  readonly claims: string;
}

export interface AuthenticationOptions {
  readonly jwtSecret: string;
  /** Requests without a role are refused if there is none. */
  readonly anonymousRole: string | undefined;
  readonly nowSeconds: () => number;
}

/**
 * The identity that an `Authorization` header proves; any scheme but Bearer proves nothing.
 * @throws ApiError PGRST301, PGRST302 or PGRST303
 */
export function authenticate(authorization: string | undefined, options: AuthenticationOptions): Identity {
  const token = bearerToken(authorization);
  const text = token === undefined ? '{}' : verifyToken(token, options.jwtSecret, options.nowSeconds());
  // Policies may compare claims such as 64-bit ids, so numbers keep all their digits.
  const claims = parse(text) as Record<string, unknown>;
  const claimed = 'role' in claims ? claims['role'] : options.anonymousRole;
  if (claimed === undefined) throw anonymousAccessDisabled();
  const role = typeof claimed === 'string' ? claimed : (stringify(claimed) ?? '');
  // Sorted, as PostgREST's JSON objects are.
  const sorted = Object.entries({ ...claims, role }).sort(([a], [b]) => (a < b ? -1 : 1));
  return { role, claims: stringify(Object.fromEntries(sorted)) ?? '{}' };
}

/** The token of a `Bearer` header, empty if there is none after the word. */
export function bearerToken(authorization: string | undefined): string | undefined {
  const match = /^\s*bearer(?:\s+(.*))?$/is.exec(authorization ?? '');
  return match === null ? undefined : (match[1] ?? '').trim();
}
