import { KIT_RPC } from '../kit/public-functions.ts';
import type { RestAnswer } from './rest-client.ts';
import type { RequestOptions, RestSession } from './rest-session.ts';
import { requestRest } from './rest-session.ts';

export interface KitCall {
  readonly function: keyof typeof KIT_RPC;
  /** Made anew for each try, so that one that failed may be followed by one that asks for less. */
  readonly parameters?: () => Readonly<Record<string, unknown>>;
  /** `reading users by key`, for messages. */
  readonly activity: string;
  readonly table?: string;
}

/** Calls a function of the kit. Throws SynclineErrors of the REMOTE_ family, or CANCELLED. */
export function callKit(
  session: RestSession,
  call: KitCall,
  signal: AbortSignal,
  options: RequestOptions = {},
): Promise<RestAnswer> {
  const { activity, table } = call;
  return requestRest(
    session,
    () => ({ build: (client) => client.rpc(KIT_RPC[call.function], call.parameters?.() ?? {}) }),
    { activity, ...(table !== undefined && { table }) },
    signal,
    options,
  );
}
