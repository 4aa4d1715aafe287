import assert from 'node:assert/strict';
import type { RefusalCause } from '../../../src/core/rows/change.ts';
import {
  changeDescription,
  changeLabel,
  changeLook,
  changeTooltip,
  countsText,
  keyLabel,
  lookNameOf,
  refusalAdvice,
} from '../../../src/vscode/changes/describe-change.ts';
import { listedChange } from './listed-change.ts';

const refused = listedChange({
  refused: {
    table: 'users',
    key: ['7'],
    op: 'update',
    column: 'name',
    cause: 'pseudonym',
    message: 'the row holds a made-up value',
  },
});

describe('a changed row', () => {
  it('is named by its key and describes the columns that differ', () => {
    assert.equal(keyLabel(['7', '']), '7 · ""');
    assert.equal(keyLabel([]), '(no key)');
    assert.equal(changeDescription(listedChange({ columns: ['name', 'email'] })), 'name, email');
    assert.equal(changeDescription(listedChange({ op: 'insert' })), 'inserted');
    assert.equal(changeDescription(listedChange({ op: 'delete' })), 'deleted');
  });

  it('says when it does not travel', () => {
    assert.equal(changeDescription(listedChange({ held: true })), 'name · held');
    assert.equal(changeDescription(refused), 'name · cannot be pushed');
  });

  it('is read out with what a sighted person sees in letter and icon', () => {
    assert.equal(changeLabel(listedChange()), 'Row 7 of users, updated, name');
    assert.equal(
      changeLabel(refused),
      'Row 7 of users, updated, name, cannot be pushed, the row holds a made-up value',
    );
    assert.match(changeLabel(listedChange({ held: true })), /held: changed on both sides/);
  });

  it('has a letter of its own for each way in which it can look', () => {
    const names = ['insert', 'update', 'delete', 'held', 'refused'] as const;
    assert.equal(new Set(names.map((name) => changeLook(name).badge)).size, names.length);
    assert.equal(new Set(names.map((name) => changeLook(name).icon)).size, names.length);
    assert.equal(lookNameOf(refused), 'refused');
    assert.equal(lookNameOf(listedChange({ held: true })), 'held');
    assert.equal(lookNameOf(listedChange({ op: 'delete' })), 'delete');
  });

  it('tells in its tooltip what differs, and why it does not travel', () => {
    const tooltip = changeTooltip(refused);
    assert.match(tooltip, /`users` `7` — updated/);
    assert.match(tooltip, /Cannot be pushed:.*The row holds a made\\-up value\\\..*allowPseudonyms/);
    assert.match(tooltip, /\| `name` \| `Ada` \| `Grace` \|/);
  });

  it('tells NULL from the text NULL, and shows nothing of a row that is not there', () => {
    const tooltip = changeTooltip(
      listedChange({ op: 'insert', before: null, after: [{ column: 'name', text: null }] }),
    );
    assert.match(tooltip, /\| `name` \| {2}\| \*NULL\* \|/);
    assert.match(
      changeTooltip(listedChange({ after: [{ column: 'name', text: 'NULL' }] })),
      /\| `name` \| `Ada` \| `NULL` \|/,
    );
  });

  it('lists a bounded number of columns', () => {
    const columns = Array.from({ length: 40 }, (_, index) => `c${index}`);
    assert.match(changeTooltip(listedChange({ columns })), /and 28 more/);
  });
});

describe('counts', () => {
  it('leave out what is not there', () => {
    assert.equal(countsText({ inserted: 1, updated: 2000, deleted: 0 }), '1 inserted, 2,000 updated');
    assert.equal(countsText({ inserted: 0, updated: 0, deleted: 0 }), '');
  });
});

describe('a refusal', () => {
  it('comes with a next step for every cause', () => {
    // A record: a cause that is added has to be added here, too.
    const causes: Record<RefusalCause, true> = {
      pseudonym: true,
      unrepresentable: true,
      'changed-in-production': true,
      'missing-in-production': true,
      'exists-in-production': true,
      'changed-locally': true,
      'refused-by-server': true,
      'in-doubt': true,
      'schema-changed': true,
      'no-primary-key': true,
      'not-allowed': true,
      'not-approved': true,
      'parent-not-selected': true,
    };
    const all = Object.keys(causes) as RefusalCause[];
    const advice = all.map(refusalAdvice);
    for (const text of advice) assert.match(text, /\.$/);
    assert.equal(new Set(advice).size, all.length);
  });
});
