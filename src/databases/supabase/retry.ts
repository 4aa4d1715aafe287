import { setTimeout as wait } from 'node:timers/promises';
import { SynclineError } from '../../core/errors.ts';

/** How requests are repeated. Everything is injectable, so that tests neither wait nor roll dice. */
export interface RetryOptions {
  /** Most tries of one request, the first included. */
  readonly tries?: number;
  readonly baseMilliseconds?: number;
  readonly capMilliseconds?: number;
  /** In [0, 1). */
  readonly random?: () => number;
  /** Rejects when the signal fires. */
  readonly sleep?: (milliseconds: number, signal: AbortSignal) => Promise<void>;
}

export type RetryPolicy = Required<RetryOptions>;

/** A `Retry-After` beyond this is not waited for: the caller is told instead. */
const LONGEST_RETRY_AFTER_MILLISECONDS = 60_000;

export function retryPolicy(options: RetryOptions = {}): RetryPolicy {
  return {
    tries: options.tries ?? 6,
    baseMilliseconds: options.baseMilliseconds ?? 300,
    capMilliseconds: options.capMilliseconds ?? 10_000,
    random: options.random ?? Math.random,
    sleep: options.sleep ?? ((milliseconds, signal) => wait(milliseconds, undefined, { signal })),
  };
}

/** What one try came to: a result, or an error with word on whether another try may do better. */
export type Try<Result> =
  | { readonly ok: true; readonly result: Result }
  | {
      readonly ok: false;
      readonly error: SynclineError;
      readonly again: boolean;
      /** What the server asked for in `Retry-After`. */
      readonly retryAfterMilliseconds?: number;
    };

/**
 * Tries until it succeeds, cannot succeed, or the tries are used up; then throws the last error. Waits between tries
 * grow exponentially with full jitter (a random part of the whole, so that clients do not return together), and are
 * never shorter than the server asked for.
 */
export async function withRetries<Result>(
  policy: RetryPolicy,
  signal: AbortSignal,
  attempt: (number: number) => Promise<Try<Result>>,
): Promise<Result> {
  for (let number = 1; ; number++) {
    const outcome = await attempt(number);
    if (outcome.ok) return outcome.result;
    const asked = outcome.retryAfterMilliseconds ?? 0;
    if (!outcome.again || number >= policy.tries || asked > LONGEST_RETRY_AFTER_MILLISECONDS) {
      throw outcome.error;
    }
    const ceiling = Math.min(policy.capMilliseconds, policy.baseMilliseconds * 2 ** (number - 1));
    try {
      await policy.sleep(Math.max(asked, policy.random() * ceiling), signal);
    } catch (thrown) {
      if (signal.aborted) throw cancelled();
      throw thrown;
    }
    if (signal.aborted) throw cancelled();
  }
}

/** Milliseconds from a `Retry-After` header, in seconds or as a date (RFC 9110, section 10.2.3). */
export function retryAfterMilliseconds(header: string | null, now: number): number | undefined {
  if (header === null || header.trim() === '') return undefined;
  const seconds = Number(header);
  if (Number.isFinite(seconds)) return Math.max(0, seconds * 1000);
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

export function cancelled(): SynclineError {
  return new SynclineError('CANCELLED', 'The operation was cancelled.');
}
