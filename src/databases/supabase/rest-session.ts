import type { Clock } from '../../core/ports.ts';
import type { RestAnswer, RestRequest, SendRequest } from './rest-client.ts';
import type { RestContext, RestFailure } from './rest-errors.ts';
import { restFailure } from './rest-errors.ts';
import type { RetryPolicy } from './retry.ts';
import { withRetries } from './retry.ts';

/** What every use of one project shares. */
export interface RestSession {
  readonly send: SendRequest;
  readonly retry: RetryPolicy;
  readonly address: string;
  readonly clock: Clock;
}

/** Says what to make of a failure before it counts as one. */
export interface RequestOptions {
  /** A failure that the caller takes as an answer. */
  readonly accept?: (answer: RestAnswer) => boolean;
  /** Told of every failed try, so that the next one may ask for less; the request is made anew for each try. */
  readonly onFailure?: (failure: RestFailure) => void;
}

/** Sends a request until it succeeds or the policy gives up. Throws a SynclineError of the REMOTE_ family or CANCELLED. */
export async function requestRest(
  session: RestSession,
  request: () => RestRequest,
  context: Omit<RestContext, 'address'>,
  signal: AbortSignal,
  options: RequestOptions = {},
): Promise<RestAnswer> {
  return withRetries(session.retry, signal, async () => {
    const answer = await session.send(request(), signal);
    const failure = restFailure(answer, { ...context, address: session.address }, signal, session.clock());
    if (!failure || (!signal.aborted && options.accept?.(answer) === true))
      return { ok: true, result: answer };
    options.onFailure?.(failure);
    return { ok: false, ...failure };
  });
}
