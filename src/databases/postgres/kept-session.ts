import { SynclineError } from '../../core/errors.ts';
import type { Session } from './session.ts';

/** A connection that is opened when it is first needed and kept until it is closed. */
export interface KeptSession {
  /**
   * Does read-only work, one piece after the other. A connection that broke since the work before is opened anew, once;
   * one on which work failed is not used again.
   */
  read<Result>(signal: AbortSignal, work: (session: Session) => Promise<Result>): Promise<Result>;
  close(): Promise<void>;
}

export function keptSession(connect: (signal: AbortSignal) => Promise<Session>): KeptSession {
  let kept: Session | undefined;
  let latest: Promise<unknown> = Promise.resolve();

  async function drop(): Promise<void> {
    const session = kept;
    kept = undefined;
    await session?.close();
  }

  async function once<Result>(
    signal: AbortSignal,
    work: (session: Session) => Promise<Result>,
  ): Promise<Result> {
    if (kept?.broken === true) await drop();
    kept ??= await connect(signal);
    try {
      return await work(kept);
    } catch (error) {
      await drop();
      throw error;
    }
  }

  async function read<Result>(
    signal: AbortSignal,
    work: (session: Session) => Promise<Result>,
  ): Promise<Result> {
    const isUsed = kept !== undefined;
    try {
      return await once(signal, work);
    } catch (error) {
      if (isUsed && error instanceof SynclineError && error.code === 'REMOTE_UNREACHABLE') {
        return await once(signal, work);
      }
      throw error;
    }
  }

  return {
    read(signal, work) {
      const done = latest.then(() => read(signal, work));
      latest = done.catch(() => undefined);
      return done;
    },
    async close() {
      await latest;
      await drop();
    },
  };
}
