import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { bearerToken } from './authenticate.ts';
import { signToken } from './jwt.ts';

/** The API keys of a project, in the new form and in the old one. */
export interface ProjectKeys {
  readonly secretKey: string;
  readonly publishableKey: string;
  readonly serviceRoleJwt: string;
  readonly anonJwt: string;
}

/** What a gateway says instead of passing a request on. */
export interface GatewayRefusal {
  readonly status: 401;
  readonly body: { readonly message: string; readonly hint: string };
}

const TEN_YEARS_SECONDS = 10 * 365 * 24 * 60 * 60;

/** Keys that follow from the secret, so that a sandbox keeps its keys when it starts again. */
export function projectKeys(jwtSecret: string, nowSeconds: number): ProjectKeys {
  const random = (kind: string): string =>
    createHmac('sha256', jwtSecret)
      .update(`syncline sandbox ${kind} key`)
      .digest('base64url')
      .replaceAll('-', 'x');
  const jwt = (role: string): string =>
    signToken(
      { iss: 'supabase', ref: 'sandbox', role, iat: nowSeconds, exp: nowSeconds + TEN_YEARS_SECONDS },
      jwtSecret,
    );
  return {
    secretKey: `sb_secret_${random('secret').slice(0, 31)}`,
    publishableKey: `sb_publishable_${random('publishable').slice(0, 31)}`,
    serviceRoleJwt: jwt('service_role'),
    anonJwt: jwt('anon'),
  };
}

/**
 * What Supabase's gateway does before PostgREST sees a request: the API key must be one of the project's, and stands
 * for its role unless the request brings a token of its own (a signed-in user's).
 * @see https://supabase.com/docs/guides/api/api-keys
 * @returns the `Authorization` header to pass on, or the refusal
 */
export function passGateway(
  apiKey: string | undefined,
  authorization: string | undefined,
  keys: ProjectKeys,
): { readonly authorization: string } | GatewayRefusal {
  if (apiKey === undefined || apiKey === '') {
    return refusal('No API key found in request', 'No `apikey` request header or url param was found.');
  }
  const role = roleToken(apiKey, keys);
  if (role === undefined) {
    return refusal('Invalid API key', 'Double check your Supabase `anon` or `service_role` API key.');
  }
  const token = bearerToken(authorization);
  // supabase-js repeats the API key as a bearer token; in the new form it is no token that PostgREST would know.
  const ownToken = authorization !== undefined && token !== apiKey;
  return { authorization: ownToken ? authorization : `Bearer ${role}` };
}

function roleToken(apiKey: string, keys: ProjectKeys): string | undefined {
  if (same(apiKey, keys.secretKey) || same(apiKey, keys.serviceRoleJwt)) return keys.serviceRoleJwt;
  if (same(apiKey, keys.publishableKey) || same(apiKey, keys.anonJwt)) return keys.anonJwt;
  return undefined;
}

function same(a: string, b: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}

function refusal(message: string, hint: string): GatewayRefusal {
  return { status: 401, body: { message, hint } };
}
