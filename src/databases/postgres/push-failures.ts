/** What the server's refusals mean, in names and never in values. */
import type { SynclineError } from '../../core/errors.ts';
import type { PushFailure } from '../../core/push-ports.ts';
import { refusalWords } from '../refusal-words.ts';

/**
 * Whether the server refused what it was told to do, and did not fail itself: lost connections, other transactions,
 * deadlocks, time-outs and full disks are no verdict.
 */
export function isRefusal(error: SynclineError): boolean {
  const { sqlState } = error.details;
  return typeof sqlState === 'string' && !/^(?:08|25|28|3D|40|53|55|57|58|F0|XX)/.test(sqlState);
}

/** Whether every operation like this one would be refused too: a right or a column is missing. */
export function isAboutStatement({ sqlState }: PushFailure): boolean {
  return sqlState !== undefined && /^(?:0A|42|54)/.test(sqlState);
}

/** A refusal as the failure of the operation at `index`; -1 for one that the end of the transaction brought up. */
export function refusal(error: SynclineError, index: number): PushFailure {
  const state = textOf(error.details['sqlState']) ?? '';
  const constraint = textOf(error.details['constraint']);
  const column = textOf(error.details['columnName']);
  return {
    index,
    cause: 'refused',
    sqlState: state,
    ...(constraint === undefined ? {} : { constraint }),
    ...(column === undefined ? {} : { column }),
    message: refusalWords(state, { constraint, column }),
  };
}

function textOf(detail: unknown): string | undefined {
  return typeof detail === 'string' ? detail : undefined;
}
