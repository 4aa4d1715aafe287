import { SynclineError } from '../../core/errors.ts';
import type { PushFailure, PushOperation } from '../../core/push-ports.ts';
import { SEQUENCE_LOCK_CLASS } from '../kit/apply-push-sql.ts';
import { columnOf, type PushTable } from './push-table.ts';
import type { Session } from './session.ts';

/** Steps up to which a sequence is moved by drawing from it, which cannot go backwards while others draw too. */
const DRAWN_STEPS = 1000n;

/** The greatest value that a push gave to each sequence's column, by sequence. */
export type ReachedBySequence = Map<string, bigint>;

/** Notes which values an insert gives to columns that are numbered by sequences. */
export function noteReached(
  reached: ReachedBySequence,
  table: PushTable,
  operations: readonly PushOperation[],
): void {
  for (const [name] of table.columns) {
    const { sequences } = columnOf(table, name);
    if (sequences.length === 0) continue;
    for (const { set } of operations) {
      const text = set[name];
      if (text == null || !/^-?\d+$/.test(text)) continue;
      const value = BigInt(text);
      for (const sequence of sequences) {
        const greatest = reached.get(sequence);
        if (greatest === undefined || value > greatest) reached.set(sequence, value);
      }
    }
  }
}

interface SequenceState {
  readonly step: string;
  readonly most: string;
  /** Null when nothing was drawn yet. */
  readonly latest: string | null;
  readonly draws: boolean;
  readonly sets: boolean;
}

const STATE_SQL = `select s.seqincrement::text as step, s.seqmax::text as most,
  pg_catalog.pg_sequence_last_value(s.seqrelid)::text as latest,
  pg_catalog.has_sequence_privilege(s.seqrelid, 'usage, update') as draws,
  pg_catalog.has_sequence_privilege(s.seqrelid, 'update') as sets
from pg_catalog.pg_sequence s where s.seqrelid = $1::pg_catalog.text::pg_catalog.regclass`;

const DRAW_SQL = `select pg_catalog.max(pg_catalog.nextval($1::pg_catalog.text::pg_catalog.regclass))::text as latest
from pg_catalog.generate_series(1, $2::pg_catalog.int8)`;

/** Never back: somebody may have drawn numbers since the state was read. */
const SET_SQL = `select pg_catalog.setval(s.name, greatest($2::pg_catalog.int8, pg_catalog.pg_sequence_last_value(s.name)))
from (select $1::pg_catalog.text::pg_catalog.regclass as name) s`;

/**
 * Pushes that move a sequence do it one after the other, in one order of sequences: between the reading and the setting
 * of one push another would be set back. The kit takes the same locks.
 */
const LOCK_SQL = `select pg_catalog.count(pg_catalog.pg_advisory_xact_lock(${SEQUENCE_LOCK_CLASS}, s.number)) from (
  select pg_catalog.hashint8(n.name::pg_catalog.text::pg_catalog.regclass::pg_catalog.oid::pg_catalog.int8) as number
  from pg_catalog.unnest($1::pg_catalog.text[]) as n(name) order by 1
) s`;

/**
 * Moves ascending sequences past the values that were pushed. No rollback takes that back, so a rehearsal only looks
 * whether it may be done.
 */
export async function advanceSequences(
  session: Session,
  reached: ReachedBySequence,
  { rehearse, signal }: { readonly rehearse: boolean; readonly signal: AbortSignal },
): Promise<PushFailure[]> {
  const failures: PushFailure[] = [];
  if (reached.size > 0 && !rehearse) {
    const sequences = [...reached.keys()];
    await session.query({ text: LOCK_SQL, values: [sequences], activity: 'moving sequences on' }, signal);
  }
  for (const [sequence, value] of reached) {
    const activity = `moving ${sequence} on`;
    const [state] = await session.query<SequenceState>(
      { text: STATE_SQL, values: [sequence], activity },
      signal,
    );
    if (state === undefined) continue;
    const step = BigInt(state.step);
    let latest = state.latest === null ? undefined : BigInt(state.latest);
    if (step < 1n || value > BigInt(state.most) || (latest !== undefined && latest >= value)) continue;
    const isFar = latest !== undefined && value - latest > DRAWN_STEPS * step;
    if (isFar ? !state.sets : !state.draws) {
      failures.push(lacksRight(sequence));
    } else if (!rehearse) {
      while (latest === undefined || latest < value) {
        const steps = latest === undefined ? 1n : (value - latest + step - 1n) / step;
        if (steps > DRAWN_STEPS) {
          await session.query({ text: SET_SQL, values: [sequence, String(value)], activity }, signal);
          break;
        }
        const draw = { text: DRAW_SQL, values: [sequence, String(steps)], activity };
        const [drawn] = await session.query<{ latest: string }>(draw, signal);
        if (drawn === undefined) throw new SynclineError('REMOTE_PROTOCOL', `${sequence} gave no value.`);
        latest = BigInt(drawn.latest);
      }
    }
  }
  return failures;
}

function lacksRight(sequence: string): PushFailure {
  return {
    index: -1,
    cause: 'refused',
    sqlState: '42501',
    message: `the role may not move the sequence ${sequence} on`,
  };
}
