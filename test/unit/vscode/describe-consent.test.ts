import assert from 'node:assert/strict';
import { SynclineError } from '../../../src/core/errors.ts';
import type { RefusedChange } from '../../../src/core/rows/change.ts';
import {
  approvalQuestion,
  largePushQuestion,
  localEditsQuestion,
  notAtomicQuestion,
  tablesToApprove,
} from '../../../src/vscode/commands/describe-consent.ts';

describe('what a push asks for', () => {
  it('tells why it is not atomic, what that means, and what would be better', () => {
    const error = new SynclineError('PUSH_NOT_ATOMIC', 'The push would go row by row: the kit is missing');
    const { message, detail, agree } = notAtomicQuestion('production', error);
    assert.match(message, /would not be all or nothing/);
    assert.match(detail, /^The push would go row by row: the kit is missing\.\n\n/);
    assert.match(detail, /what was written before it stays[^]*change tracking/);
    assert.equal(agree, 'Push row by row');
  });

  it('counts a large push, and names each limit that it is above', () => {
    const error = new SynclineError('PUSH_NEEDS_CONFIRMATION', 'x', {
      rows: 1201,
      inserted: 1000,
      updated: 1,
      deleted: 200,
      reasons: ['1201 rows would be pushed (more than 1000)', '200 of 300 rows of users would be deleted'],
    });
    const { message, detail } = largePushQuestion('production', error);
    assert.match(message, /large push to production/);
    assert.match(detail, /^1,000 inserted, 1 updated, 200 deleted\.\n/);
    assert.match(detail, /• 1201 rows .*\.\n• 200 of 300 rows of users would be deleted\./);
  });

  it('makes do with the message where the engine gives no counts', () => {
    const error = new SynclineError('PUSH_NEEDS_CONFIRMATION', 'Many rows.');
    assert.match(largePushQuestion('production', error).detail, /^Many rows\.\n/);
  });

  const row = (table: string, cause: RefusedChange['cause'] = 'not-approved'): RefusedChange => ({
    table,
    key: ['1'],
    op: 'update',
    cause,
    message: 'm',
  });

  it('asks for an approval by the names of the tables', () => {
    const refused = [row('sections'), row('sections'), row('users', 'pseudonym'), row('fees')];
    assert.deepEqual(tablesToApprove(refused), ['sections', 'fees']);
    const both = approvalQuestion('production', refused);
    assert.match(both.message, /Changes of 2 tables/);
    assert.match(both.detail, /• sections: 2 changes\n• fees: 1 change\n/);
    assert.equal(both.agree, 'Approve 2 tables');
    const one = approvalQuestion('production', [row('sections')]);
    assert.match(one.message, /Changes of sections are pushed to production only with your approval/);
    assert.equal(one.agree, 'Approve sections');
  });
});

describe('local edits that would be replaced', () => {
  const edits = (count?: number) =>
    new SynclineError('LOCAL_EDITS', 'x', count === undefined ? {} : { edits: count });

  it('are counted, for a pull and for undoing one', () => {
    assert.match(localEditsQuestion(edits(1), 'pull').message, /^1 row was edited locally, and this pull/);
    assert.match(localEditsQuestion(edits(1200), 'pull').message, /^1,200 rows/);
    assert.match(localEditsQuestion(edits(2), 'undo').message, /^2 rows were edited .* undoing would/);
    assert.match(localEditsQuestion(edits(), 'undo').message, /holds edits that undoing/);
    assert.match(localEditsQuestion(edits(), 'pull').detail, /backup/);
  });
});
