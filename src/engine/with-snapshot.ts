import type { Production, ProductionSnapshot } from '../core/ports.ts';

/** Opens a snapshot, works with it, and closes it. A connection that breaks while it is closed has given all it had. */
export async function withSnapshot<Result>(
  production: Production,
  signal: AbortSignal,
  work: (snapshot: ProductionSnapshot) => Promise<Result>,
): Promise<Result> {
  const snapshot = await production.openSnapshot(signal);
  try {
    return await work(snapshot);
  } finally {
    await snapshot.close().catch(() => undefined);
  }
}
