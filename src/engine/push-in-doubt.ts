import { SynclineError } from '../core/errors.ts';
import type { ProductionWriter, PushOutcome } from '../core/push-ports.ts';

/** When the answer to a commit is lost, the server is asked what became of it; it is never done a second time. */
export async function inDoubt(
  { writer, id }: { readonly writer: ProductionWriter; readonly id: string },
  witness: () => string | undefined,
  work: () => Promise<PushOutcome>,
): Promise<PushOutcome> {
  try {
    return await work();
  } catch (error) {
    const named = witness();
    if (named === undefined) throw error;
    const fate = await writer.outcome(id, named, AbortSignal.timeout(60_000)).catch(() => 'unknown' as const);
    if (fate === 'committed') return { state: 'committed', operations: 0 };
    if (fate === 'absent') throw error;
    throw new SynclineError(
      'PUSH_IN_DOUBT',
      'The connection was lost during the commit, and the server cannot say what became of it.',
      { run: id },
      { cause: error },
    );
  }
}
