import type { KeyTexts } from '../../core/changes-port.ts';

/**
 * Keys that a row may have, each once. Postgres keeps no NUL in a text, and no lone surrogate; on the way it would refuse
 * the one and make the other into a different text.
 */
export function readableKeys(keys: readonly KeyTexts[]): readonly KeyTexts[] {
  const readable = keys.filter((key) => key.every((text) => !text.includes('\0') && text.isWellFormed()));
  return [...new Map(readable.map((key) => [JSON.stringify(key), key] as const)).values()];
}
