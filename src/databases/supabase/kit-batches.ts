/** How a push is cut into the batches that the kit keeps until the commit. */
import type { PushFailure, PushOperation } from '../../core/push-ports.ts';
import type { PushOperation as KitOperation } from '../kit/kit-answers.ts';
import { refusalWords } from '../refusal-words.ts';

/** Most of one batch, which travels as one JSON document; an operation that is larger goes alone. */
const MOST_OPERATIONS = 1_000;
const MOST_CHARACTERS = 1024 * 1024;

export function kitOperation({ op, table, key, expect, set }: PushOperation): KitOperation {
  const { schema, name } = table;
  return {
    op,
    schema,
    name,
    key,
    ...(op === 'insert' ? {} : { expect }),
    ...(op === 'delete' ? {} : { set }),
  };
}

/** Operations come in whatever portions, and go out in batches of bounded size. */
export async function* kitBatches(
  operations: AsyncIterable<readonly PushOperation[]>,
): AsyncGenerator<readonly PushOperation[]> {
  let batch: PushOperation[] = [];
  let characters = 0;
  for await (const portion of operations) {
    for (const operation of portion) {
      const size = charactersOf(operation);
      if (batch.length >= MOST_OPERATIONS || (batch.length > 0 && characters + size > MOST_CHARACTERS)) {
        yield batch;
        batch = [];
        characters = 0;
      }
      batch.push(operation);
      characters += size;
    }
  }
  if (batch.length > 0) yield batch;
}

function charactersOf({ key, set, expect }: PushOperation): number {
  let sum = 100;
  for (const part of [key, set, expect]) {
    for (const name in part) sum += (part[name]?.length ?? 4) + name.length + 6;
  }
  return sum;
}

/** A text that no JSON document of the server's can hold, so that it cannot be asked about it. */
export function unspeakable({ key, set, expect }: PushOperation, index: number): PushFailure | undefined {
  for (const part of [key, set, expect]) {
    for (const column in part) {
      const text = part[column];
      if (text != null && (text.includes('\0') || !text.isWellFormed())) {
        const sqlState = '22021';
        return { index, cause: 'refused', sqlState, message: refusalWords(sqlState, {}) };
      }
    }
  }
  return undefined;
}
