import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { describe, it } from 'mocha';
import { authenticate, bearerToken } from '../../../src/sandbox/auth/authenticate.ts';
import { passGateway, projectKeys } from '../../../src/sandbox/auth/gateway.ts';
import { signToken } from '../../../src/sandbox/auth/jwt.ts';
import { ApiError } from '../../../src/sandbox/errors/api-error.ts';

const secret = 'a secret that is long enough for HS256 to be taken seriously';
const options = { jwtSecret: secret, anonymousRole: 'anon', nowSeconds: () => 1_000_000 };

function refusal(authorization: string, anonymousRole: string | undefined = 'anon'): string {
  try {
    authenticate(authorization, { ...options, anonymousRole });
  } catch (failure) {
    if (failure instanceof ApiError) return `${failure.status} ${failure.body.code} ${failure.body.message}`;
    throw failure;
  }
  return 'accepted';
}

const bearer = (claims: Record<string, unknown>, by = secret): string => `Bearer ${signToken(claims, by)}`;

describe('authentication by token', () => {
  it('gives the role and every claim, with all digits', () => {
    assert.deepEqual(authenticate(bearer({ sub: 'u1', role: 'authenticated' }), options), {
      role: 'authenticated',
      claims: '{"role":"authenticated","sub":"u1"}',
    });
    // Signed by hand: JSON.stringify could not write the number.
    const part = (text: string): string => Buffer.from(text).toString('base64url');
    const signed = `${part('{"alg":"HS256"}')}.${part('{"role":"x","org":9007199254740993}')}`;
    const signature = createHmac('sha256', secret).update(signed).digest('base64url');
    assert.equal(
      authenticate(`Bearer ${signed}.${signature}`, options).claims,
      '{"org":9007199254740993,"role":"x"}',
    );
    assert.equal(authenticate(undefined, options).claims, '{"role":"anon"}');
  });

  it('is anonymous without a role, and refused where nobody may be', () => {
    assert.deepEqual(authenticate(bearer({ sub: 'u1' }), options), {
      role: 'anon',
      claims: '{"role":"anon","sub":"u1"}',
    });
    assert.equal(authenticate('Basic abc', options).role, 'anon');
    assert.throws(
      () => authenticate(undefined, { ...options, anonymousRole: undefined }),
      (failure) => failure instanceof ApiError && failure.body.code === 'PGRST302',
    );
  });

  it('refuses tokens that do not decode', () => {
    assert.equal(refusal('Bearer garbage'), '401 PGRST301 Expected 3 parts in JWT; got 1');
    assert.equal(refusal('Bearer '), '401 PGRST301 Empty JWT is sent in Authorization header');
    assert.equal(
      refusal(bearer({ role: 'x' }, 'another secret')),
      '401 PGRST301 No suitable key or wrong key type',
    );
    const none = `${Buffer.from('{"alg":"none"}').toString('base64url')}.e30.`;
    assert.equal(refusal(`Bearer ${none}`), '401 PGRST301 Wrong or unsupported encoding algorithm');
  });

  it('refuses claims that forbid it now, with thirty seconds of grace', () => {
    assert.equal(refusal(bearer({ exp: 1000 })), '401 PGRST303 JWT expired');
    assert.equal(refusal(bearer({ exp: 1_000_000 - 30 })), 'accepted');
    assert.equal(refusal(bearer({ nbf: 1_000_031 })), '401 PGRST303 JWT not yet valid');
    assert.equal(refusal(bearer({ iat: 1_000_031 })), '401 PGRST303 JWT issued at future');
    assert.equal(refusal(bearer({ exp: 'soon' })), "401 PGRST303 The JWT 'exp' claim must be a number");
    assert.equal(
      refusal(bearer({ aud: [1] })),
      "401 PGRST303 The JWT 'aud' claim must be a string or an array of strings",
    );
  });

  it('reads the scheme in any case', () => {
    assert.equal(bearerToken('bearer abc'), 'abc');
    assert.equal(bearerToken('Basic abc'), undefined);
    assert.equal(bearerToken(undefined), undefined);
  });
});

describe('the gateway', () => {
  const keys = projectKeys(secret, 1_000_000);
  const passed = (apiKey: string | undefined, authorization?: string): string => {
    const result = passGateway(apiKey, authorization, keys);
    return 'status' in result ? result.body.message : result.authorization;
  };

  it('has keys of both forms, the same whenever it starts', () => {
    assert.match(keys.secretKey, /^sb_secret_\w{20,}/);
    assert.match(keys.publishableKey, /^sb_publishable_\w{20,}/);
    assert.equal(projectKeys(secret, 2_000_000).secretKey, keys.secretKey);
    assert.notEqual(projectKeys('other', 1_000_000).secretKey, keys.secretKey);
  });

  it('lets a key stand for its role', () => {
    assert.equal(passed(keys.secretKey), `Bearer ${keys.serviceRoleJwt}`);
    assert.equal(passed(keys.secretKey, `Bearer ${keys.secretKey}`), `Bearer ${keys.serviceRoleJwt}`);
    assert.equal(passed(keys.publishableKey), `Bearer ${keys.anonJwt}`);
    assert.equal(passed(keys.anonJwt, `Bearer ${keys.anonJwt}`), `Bearer ${keys.anonJwt}`);
  });

  it('passes a token of the user on', () => {
    assert.equal(passed(keys.publishableKey, 'Bearer a.b.c'), 'Bearer a.b.c');
    assert.equal(passed(keys.publishableKey, `Bearer ${keys.secretKey}`), `Bearer ${keys.secretKey}`);
  });

  it('refuses requests without a key of the project', () => {
    assert.equal(passed(undefined), 'No API key found in request');
    assert.equal(passed('', `Bearer ${keys.serviceRoleJwt}`), 'No API key found in request');
    assert.equal(passed('sb_secret_wrong'), 'Invalid API key');
    assert.equal(passed(signToken({ role: 'service_role' }, secret)), 'Invalid API key');
  });
});
