import type { ChangeBatch, TableColumns } from '../../core/changes-port.ts';
import { SynclineError } from '../../core/errors.ts';
import { tableKey, type TableKey } from '../../core/schema/model.ts';
import type { AnswerSize } from './answer-size.ts';
import type { ChangesAnswer } from './kit-answers.ts';

/** Asks `syncline_changes` for one page, of as many keys as the size says at that moment. */
export type AskChanges = (question: {
  readonly since: string;
  readonly tables: readonly TableColumns[];
  readonly page: string | null;
}) => Promise<{ readonly answer: ChangesAnswer; readonly bytes: number }>;

export interface ReadChanges {
  readonly since: string;
  readonly tables: readonly TableColumns[];
  /** Whether all answers are of one instant; else the log is asked again until an answer alone is one. */
  readonly oneInstant: boolean;
  readonly size: AnswerSize;
}

/** Windows of the log that are read one after the other, before production counts as too busy to be followed. */
const MOST_WINDOWS = 50;

/** What changed since a position, whichever way the function is called. Throws what `ask` throws, and REMOTE_CHANGED. */
export async function* readChanges(
  ask: AskChanges,
  { since, tables, oneInstant, size }: ReadChanges,
): AsyncGenerator<ChangeBatch> {
  const unanswered = new Set<TableKey>();
  let asked = tables;
  let from = since;
  for (let window = 1; window <= MOST_WINDOWS; window += 1) {
    let page: string | null = null;
    for (;;) {
      const { answer, bytes }: Awaited<ReturnType<AskChanges>> = await ask({
        since: from,
        tables: asked,
        page,
      });
      if (answer.tooOld) {
        yield { kind: 'too-old', reason: answer.reason ?? 'moved' };
        return;
      }
      for (const { table, cause } of withoutAnswer(answer)) {
        if (unanswered.has(table)) continue;
        unanswered.add(table);
        yield { kind: 'unanswered', table, cause };
      }
      yield* rowBatches(answer, bytes, unanswered, size);
      page = answer.next;
      if (page !== null) continue;
      from = answer.position;
      if (oneInstant || answer.consistent) {
        yield { kind: 'end', position: from };
        return;
      }
      break;
    }
    // Those are read whole, later: what changes in them until then does not matter.
    asked = asked.filter(({ table }) => !unanswered.has(tableKey(table.name)));
  }
  throw new SynclineError('REMOTE_CHANGED', 'The target changes faster than its changes can be read.');
}

type Unanswered = Extract<ChangeBatch, { kind: 'unanswered' }>;

function withoutAnswer({ truncated, untracked }: ChangesAnswer): readonly Omit<Unanswered, 'kind'>[] {
  return [
    ...truncated.map((name) => ({ table: tableKey(name), cause: 'truncated' as const })),
    ...untracked.map(({ cause, ...name }) => ({ table: tableKey(name), cause })),
  ];
}

/** A batch for each table. The bytes of the answer are spread evenly over its keys. */
function* rowBatches(
  { tables }: ChangesAnswer,
  bytes: number,
  unanswered: ReadonlySet<TableKey>,
  size: AnswerSize,
): Generator<ChangeBatch> {
  const total = tables.reduce((sum, { upserts, deletes }) => sum + upserts.length + deletes.length, 0);
  size.learn(total, bytes);
  for (const { upserts, deletes, ...name } of tables) {
    const table = tableKey(name);
    if (unanswered.has(table)) continue;
    const share = (upserts.length + deletes.length) / Math.max(1, total);
    yield { kind: 'rows', table, upserts, deletes, bytes: Math.round(bytes * share) };
  }
}
