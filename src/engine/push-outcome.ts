/** What became of a push, in the report's words. */
import { SynclineError } from '../core/errors.ts';
import type { PushFailure, PushOutcome } from '../core/push-ports.ts';
import type { RefusedChange } from '../core/rows/change.ts';
import { keyShower } from './collect-changes.ts';
import type { PushRun } from './push.ts';
import type { SentLog } from './sent-changes.ts';

const OUTCOME_MILLISECONDS = 60_000;

/** When the answer to a commit is lost, the server is asked what became of it; it is never done a second time. */
export async function inDoubt(
  { writer, id }: Pick<PushRun, 'writer' | 'id'>,
  witness: () => string | undefined,
  work: () => Promise<PushOutcome>,
): Promise<PushOutcome> {
  try {
    return await work();
  } catch (error) {
    const named = witness();
    if (named === undefined) throw error;
    const soon = AbortSignal.timeout(OUTCOME_MILLISECONDS);
    const fate = await writer.outcome(id, named, soon).catch(() => 'unknown' as const);
    if (fate === 'committed') return { state: 'committed', operations: 0 };
    if (fate === 'absent') throw error;
    throw new SynclineError(
      'PUSH_IN_DOUBT',
      'The connection was lost during the commit, and the server does not say what became of it.',
      { run: id },
      { cause: error },
    );
  }
}

export const CAUSES = {
  changed: 'changed-in-production',
  missing: 'missing-in-production',
  exists: 'exists-in-production',
  refused: 'refused-by-server',
  'in-doubt': 'in-doubt',
} as const satisfies Record<PushFailure['cause'], RefusedChange['cause']>;

export function serverRefusal(failure: PushFailure, sent: SentLog): RefusedChange {
  const entry = sent.at(failure.index);
  return {
    table: entry?.[0].table.key ?? '',
    key: entry === undefined ? [] : keyShower(entry[0])(entry[1].key),
    op: entry?.[1].op ?? 'update',
    ...(failure.column === undefined ? {} : { column: failure.column }),
    cause: CAUSES[failure.cause],
    message: failure.message,
  };
}
