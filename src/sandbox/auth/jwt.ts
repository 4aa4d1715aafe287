import { createHmac, timingSafeEqual } from 'node:crypto';
import { refusedClaims, undecodableToken } from '../errors/token-errors.ts';

export type Claims = Readonly<Record<string, unknown>>;

/** HMAC algorithms: the ones that a shared secret can sign with. */
const HASHES: Readonly<Record<string, string>> = { HS256: 'sha256', HS384: 'sha384', HS512: 'sha512' };

/** Clocks may differ by this much. */
const ALLOWED_SKEW_SECONDS = 30;

/** A token signed with HS256. */
export function signToken(claims: Claims, secret: string): string {
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signed = `${part({ alg: 'HS256', typ: 'JWT' })}.${part(claims)}`;
  return `${signed}.${signature('sha256', secret, signed).toString('base64url')}`;
}

/**
 * The claims of a token that is signed with the secret and valid now, as the JSON text that it carries.
 * @throws ApiError PGRST301 when it cannot be decoded, PGRST303 when a claim forbids its use
 */
export function verifyToken(token: string, secret: string, nowSeconds: number): string {
  if (token === '') throw undecodableToken('Empty JWT is sent in Authorization header');
  const parts = token.split('.');
  const [header = '', payload = '', signed = ''] = parts;
  if (parts.length !== 3) throw undecodableToken(`Expected 3 parts in JWT; got ${parts.length}`);
  const algorithm = algorithmOf(header);
  if (algorithm === 'none') {
    const details = "JWT is unsecured but expected 'alg' was not 'none'";
    throw undecodableToken('Wrong or unsupported encoding algorithm', details);
  }
  const hash = HASHES[algorithm];
  if (hash === undefined) {
    throw undecodableToken(
      'No suitable key or wrong key type',
      'No suitable key was found to decode the JWT',
    );
  }
  const expected = signature(hash, secret, `${header}.${payload}`);
  const given = Buffer.from(signed, 'base64url');
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
    throw undecodableToken(
      'No suitable key or wrong key type',
      'None of the keys was able to decode the JWT',
    );
  }
  const text = Buffer.from(payload, 'base64url').toString('utf8');
  checkClaims(text, nowSeconds);
  return text;
}

function signature(hash: string, secret: string, text: string): Buffer {
  return createHmac(hash, secret).update(text).digest();
}

function algorithmOf(header: string): string {
  const parsed = parsedObject(Buffer.from(header, 'base64url').toString('utf8'));
  const algorithm = parsed?.['alg'];
  if (typeof algorithm !== 'string') throw undecodableToken("JWT couldn't be decoded");
  return algorithm;
}

function parsedObject(text: string): Claims | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Claims)
      : undefined;
  } catch {
    return undefined;
  }
}

function checkClaims(text: string, now: number): void {
  const claims = parsedObject(text);
  if (claims === undefined) throw refusedClaims('Parsing claims failed');
  const seconds = (name: string): number | undefined => {
    const value = claims[name];
    if (value === undefined) return undefined;
    // A fraction of a second is no time for PostgREST: it counts as 0.
    if (typeof value === 'number') return Number.isInteger(value) ? value : 0;
    throw refusedClaims(`The JWT '${name}' claim must be a number`);
  };
  const expires = seconds('exp');
  if (expires !== undefined && now > expires + ALLOWED_SKEW_SECONDS) throw refusedClaims('JWT expired');
  const begins = seconds('nbf');
  if (begins !== undefined && now < begins - ALLOWED_SKEW_SECONDS) throw refusedClaims('JWT not yet valid');
  const issued = seconds('iat');
  if (issued !== undefined && now < issued - ALLOWED_SKEW_SECONDS)
    throw refusedClaims('JWT issued at future');
  const audience = claims['aud'];
  const texts = Array.isArray(audience) ? audience : [audience ?? ''];
  if (!texts.every((value) => typeof value === 'string')) {
    throw refusedClaims("The JWT 'aud' claim must be a string or an array of strings");
  }
}
