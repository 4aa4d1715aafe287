import assert from 'node:assert/strict';
import { previewTitle, rowDiffTitle, rowDocumentPath } from '../../../src/vscode/changes/describe-preview.ts';
import { listedChange } from './listed-change.ts';

const counts = { inserted: 2, updated: 60, deleted: 0 };
const page = { kind: 'push', target: 'production', counts } as const;

describe('a preview’s title', () => {
  it('counts by kind, and tells the page where there are several', () => {
    assert.equal(
      previewTitle({ ...page, first: 1, last: 50 }),
      'Push to production: 2 inserted, 60 updated (1–50 of 62)',
    );
    assert.equal(
      previewTitle({ ...page, first: 51, last: 62 }),
      'Push to production: 2 inserted, 60 updated (51–62 of 62)',
    );
    assert.equal(previewTitle({ ...page, first: 1, last: 62 }), 'Push to production: 2 inserted, 60 updated');
  });

  it('says what is left and what is right of a single row', () => {
    assert.equal(rowDiffTitle(listedChange(), 'push'), 'users 7 (as last synced ↔ after the push)');
    assert.equal(rowDiffTitle(listedChange(), 'pull'), 'users 7 (as last synced ↔ after the pull)');
  });
});

describe('a row’s document', () => {
  it('is named by table and key, in which no character parts names', () => {
    assert.equal(rowDocumentPath(listedChange()), 'users/7.dbrow');
    assert.equal(rowDocumentPath(listedChange({ table: 'a/b', key: ['x/y', '\n'] })), 'a∕b/x∕y · ␣.dbrow');
    assert.equal(rowDocumentPath(listedChange({ table: '', key: ['k'.repeat(500)] })).length, 88);
  });
});
