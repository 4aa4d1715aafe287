import { SynclineError } from '../errors.ts';

/**
 * The refusal of a value: VALUE_UNREPRESENTABLE, naming the type and the reason. Callers that know the column add its
 * address; the value itself is never part of it.
 */
export function unrepresentable(type: string, reason: string): SynclineError {
  return new SynclineError('VALUE_UNREPRESENTABLE', `A value of type ${type} ${reason}.`, { type });
}
