import { setTimeout as sleep } from 'node:timers/promises';

/** Waits until something is there and gives it; fails with `what` after 20 seconds. */
export async function eventually<T>(
  what: string,
  look: () => T | undefined | Promise<T | undefined>,
): Promise<T> {
  for (let attempt = 0; attempt < 200; attempt++) {
    const found = await look();
    if (found !== undefined) return found;
    await sleep(100);
  }
  throw new Error(`${what} did not come`);
}
