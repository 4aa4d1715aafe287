import type { PushFailure } from '../../core/push-ports.ts';
import type { PushFailure as KitFailure } from '../kit/kit-answers.ts';
import { FATES, UNIQUE_VIOLATION, refusalWords } from '../refusal-words.ts';

/** A failure as the kit tells it, in the port's words. */
export function kitFailure(failure: KitFailure): PushFailure {
  const { index, cause, columns, constraint, column } = failure;
  const at = { index: index ?? -1 };
  switch (cause) {
    case 'missing':
      return { ...at, cause, message: FATES.missing };
    case 'changed': {
      const named = columns === undefined || columns.length === 0 ? '' : `: ${columns.join(', ')}`;
      return { ...at, cause, message: `${FATES.changed}${named}` };
    }
    case 'exists':
      return {
        ...at,
        cause,
        sqlState: UNIQUE_VIOLATION,
        ...(constraint === undefined ? {} : { constraint }),
        message: FATES.exists,
      };
    case 'suppressed':
      return { ...at, cause: 'refused', message: FATES.suppressed };
    case 'no-primary-key':
      return { ...at, cause: 'refused', message: 'the table has no primary key in production' };
    default:
      return {
        ...at,
        cause: 'refused',
        sqlState: cause,
        ...(constraint === undefined ? {} : { constraint }),
        ...(column === undefined ? {} : { column }),
        message: refusalWords(cause, { constraint, column }),
      };
  }
}

/** The first failures in the order of the push, and last what its end brought up. */
export function kitFailures(failures: readonly KitFailure[], most: number): readonly PushFailure[] {
  const inOrder = failures.map(kitFailure).sort((a, b) => place(a) - place(b));
  return inOrder.slice(0, most);
}

function place({ index }: PushFailure): number {
  return index < 0 ? Number.POSITIVE_INFINITY : index;
}
