import { ApiError } from './api-error.ts';

/**
 * PostgREST's refusals of a token (its error group 3).
 * @see https://docs.postgrest.org/en/v13/references/errors.html#group-3-jwt
 */

/** The token could not be decoded. */
export const undecodableToken = (message: string, details: string | null = null): ApiError =>
  new ApiError(401, { code: 'PGRST301', message, details }, challenge(message));

/** The token was decoded; a claim forbids its use now or here. */
export const refusedClaims = (message: string): ApiError =>
  new ApiError(401, { code: 'PGRST303', message }, challenge(message));

export const anonymousAccessDisabled = (): ApiError =>
  new ApiError(401, { code: 'PGRST302', message: 'Anonymous access is disabled' }, [
    ['WWW-Authenticate', 'Bearer'],
  ]);

function challenge(message: string): [string, string][] {
  return [['WWW-Authenticate', `Bearer error="invalid_token", error_description="${message}"`]];
}
