import assert from 'node:assert/strict';
import { ERROR_KINDS, SynclineError, type ErrorCode } from '../../../src/core/errors.ts';
import { failureActionLabel, failureActions } from '../../../src/vscode/commands/describe-failure.ts';
import { failureMessage } from '../../../src/vscode/text/failure-message.ts';

const CODES = Object.keys(ERROR_KINDS) as ErrorCode[];

describe('a failure’s notification', () => {
  it('is the message and its remedy', () => {
    assert.equal(
      failureMessage(new SynclineError('REMOTE_UNAVAILABLE', 'The server failed')),
      'The server failed. The server failed; nothing was changed here. Run again in a minute.',
    );
  });

  it('offers one to three buttons for every code, each with another label', () => {
    for (const code of CODES) {
      const labels = failureActions(code).map(failureActionLabel);
      assert.ok(labels.length >= 1 && labels.length <= 3, code);
      assert.equal(new Set(labels).size, labels.length, code);
    }
  });

  it('leads to where the mistake is', () => {
    assert.equal(failureActions('CREDENTIALS_MISSING')[0], 'connect');
    assert.equal(failureActions('REMOTE_UNAUTHORIZED')[0], 'connect');
    assert.equal(failureActions('CONFIG_INVALID')[0], 'open-workspace-file');
    assert.equal(failureActions('LOCAL_CORRUPT')[0], 'reveal-local');
    assert.equal(failureActions('LOCAL_LOCKED')[0], 'retry');
    assert.equal(failureActions('WORKSPACE_UNTRUSTED')[0], 'manage-trust');
    assert.equal(failureActions('MASKING_KEY_MISSING')[0], 'pull');
    assert.equal(failureActions('INTERNAL')[0], 'show-log');
    assert.deepEqual(failureActions('PUSH_NOT_ATOMIC').slice(0, 2), ['install-tracking', 'connect']);
    assert.equal(failureActions('REHEARSAL_UNAVAILABLE')[0], 'install-tracking');
    assert.equal(failureActions('METHOD_UNAVAILABLE')[0], 'install-tracking');
    assert.equal(failureActions('PUSH_NEEDS_CONFIRMATION')[0], 'open-workspace-file');
    assert.equal(failureActions('PUSH_IN_DOUBT')[0], 'pull-changes');
    assert.equal(failureActions('MIGRATION_EXISTS')[0], 'open-migration');
    assert.equal(failureActions('MIGRATION_UNWRITABLE')[0], 'open-workspace-file');
  });

  it('speaks of the editor and not of the command line', () => {
    for (const code of CODES) {
      assert.doesNotMatch(
        failureMessage(new SynclineError(code, 'x')),
        /SYNCLINE_|--|openssl|syncline kit/,
        code,
      );
    }
  });
});
