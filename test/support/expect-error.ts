import assert from 'node:assert/strict';
import { SynclineError, type ErrorCode } from '../../src/core/errors.ts';

/** The SynclineError of this code that `work` throws or rejects with; fails when it does not. */
export async function expectError(code: ErrorCode, work: () => unknown): Promise<SynclineError> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof SynclineError)) throw error;
    assert.equal(error.code, code, `${error.code}: ${error.message}`);
    return error;
  }
  assert.fail(`expected ${code}, and nothing was thrown`);
}
