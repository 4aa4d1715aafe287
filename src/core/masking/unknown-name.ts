import { SynclineError, type ErrorCode } from '../errors.ts';
import { closestName } from './closest-name.ts';

/** Most names that a message lists; the details have all of them. */
const MOST_LISTED = 30;

/** An error about a name that does not exist: what does, and which of it was probably meant. */
export function unknownName(
  code: ErrorCode,
  what: string,
  written: string,
  known: readonly string[],
  details: Readonly<Record<string, string>>,
): SynclineError {
  const guess = closestName(written, known);
  const more = known.length > MOST_LISTED ? `, and ${known.length - MOST_LISTED} more` : '';
  return new SynclineError(
    code,
    `${what}, which does not exist.${guess === undefined ? '' : ` Did you mean "${guess}"?`}` +
      ` There are: ${known.slice(0, MOST_LISTED).join(', ')}${more}.`,
    { ...details, ...(guess === undefined ? {} : { guess }), known },
  );
}
