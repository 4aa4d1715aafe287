/** Calls of the kit's functions for pushing. Each may be repeated: that is what the kit's ids and batch numbers are for. */
import { SynclineError } from '../../core/errors.ts';
import type { CommitOptions, KitStatus, PushOperation, PushOutcome } from '../kit/kit-answers.ts';
import { KIT_RPC } from '../kit/public-functions.ts';
import type { RestAnswer } from './rest-client.ts';
import type { RestSession } from './rest-session.ts';
import { requestRest } from './rest-session.ts';

/** The function is not there, or the key may not execute it. */
const WITHOUT_FUNCTION: ReadonlySet<string> = new Set(['PGRST202', '42883', '42501', 'PGRST106']);

export interface KitCalls {
  /** Undefined where there is no kit, or not for this key. */
  status(signal: AbortSignal): Promise<KitStatus | undefined>;
  stage(
    push: string,
    batch: number,
    operations: readonly PushOperation[],
    signal: AbortSignal,
  ): Promise<PushOutcome>;
  commit(push: string, batches: number, options: CommitOptions, signal: AbortSignal): Promise<PushOutcome>;
  /** Null when the kit never heard of the push, or has forgotten it; undefined where there is no kit any more. */
  outcome(push: string, signal: AbortSignal): Promise<PushOutcome | null | undefined>;
  discard(push: string, signal: AbortSignal): Promise<PushOutcome>;
  /** The rows of some keys, each an array of texts. */
  rows(request: KitRows, signal: AbortSignal): Promise<readonly (readonly (string | null)[])[]>;
}

export interface KitRows {
  readonly table_schema: string;
  readonly table_name: string;
  readonly columns: readonly string[];
  readonly keys: readonly (readonly string[])[];
}

export function kitCalls(session: RestSession): KitCalls {
  function call(
    name: string,
    parameters: Readonly<Record<string, unknown>>,
    activity: string,
    signal: AbortSignal,
    accept: (answer: RestAnswer) => boolean = () => false,
  ): Promise<RestAnswer> {
    return requestRest(
      session,
      () => ({ build: (client) => client.rpc(name, parameters) }),
      { activity },
      signal,
      { accept },
    );
  }

  const orNoKit = ({ code }: RestAnswer): boolean => WITHOUT_FUNCTION.has(code);

  return {
    async status(signal) {
      const answer = await call(KIT_RPC.status, {}, 'asking for the kit', signal, orNoKit);
      return answer.status < 300 ? (answer.data as KitStatus) : undefined;
    },
    async stage(push, batch, operations, signal) {
      const parameters = { push_id: push, batch_no: batch, payload: operations };
      return outcomeFrom(await call(KIT_RPC.stagePush, parameters, 'staging the push', signal));
    },
    async commit(push, batches, options, signal) {
      const parameters = { push_id: push, expected_batches: batches, options };
      return outcomeFrom(await call(KIT_RPC.commitPush, parameters, 'committing the push', signal));
    },
    async outcome(push, signal) {
      const nothing = ({ status, data, code }: RestAnswer): boolean =>
        (status === 200 && data === null) || WITHOUT_FUNCTION.has(code);
      const parameters = { push_id: push };
      const answer = await call(KIT_RPC.pushOutcome, parameters, 'asking for the outcome', signal, nothing);
      if (answer.status >= 300) return undefined;
      return answer.data === null ? null : outcomeFrom(answer);
    },
    async discard(push, signal) {
      return outcomeFrom(await call(KIT_RPC.discardPush, { push_id: push }, 'giving the push up', signal));
    },
    async rows(request, signal) {
      const { data } = await call(
        KIT_RPC.rows,
        { ...request },
        `reading ${request.table_name} by key`,
        signal,
      );
      if (Array.isArray(data)) return data as readonly (readonly (string | null)[])[];
      throw new SynclineError(
        'REMOTE_PROTOCOL',
        `The rows of ${request.table_name} are not what was asked for.`,
      );
    },
  };
}

function outcomeFrom({ data }: RestAnswer): PushOutcome {
  if (typeof data === 'object' && data !== null && 'state' in data) return data as PushOutcome;
  throw new SynclineError('REMOTE_PROTOCOL', 'The kit did not say what became of the push.');
}
