import assert from 'node:assert/strict';
import { recordAddress, selectionFrom, tableNames } from '../../../src/cli/commands/selection-options.ts';
import { expectError } from '../../support/expect-error.ts';

describe('the options that select a part', () => {
  it('name records by table and key, whatever characters they have', () => {
    assert.deepEqual(recordAddress('members:42'), { table: 'members', key: ['42'] });
    assert.deepEqual(recordAddress('auth.users:a:b, "c"'), { table: 'auth.users', key: ['a:b, "c"'] });
    assert.deepEqual(recordAddress('["odd:table", 1, "x,y", "[z"]'), {
      table: 'odd:table',
      key: ['1', 'x,y', '[z'],
    });
    assert.deepEqual(recordAddress('members:'), { table: 'members', key: [''] });
  });

  it('refuse what names no record, and numbers that were rounded', async () => {
    for (const text of ['members', ':1', '[]', '["members"]', '[1', '["m",9007199254740993]', '["m",{}]']) {
      await expectError('USAGE', () => recordAddress(text));
    }
  });

  it('name tables', async () => {
    assert.deepEqual(tableNames('a, b'), ['a', 'b']);
    assert.deepEqual(tableNames('["a,b","[c"]'), ['a,b', '[c']);
    await expectError('USAGE', () => tableNames('a,,b'));
  });

  it('mean everything when none is given', async () => {
    assert.deepEqual(selectionFrom({}), {});
    assert.deepEqual(selectionFrom({ set: 'some', children: true }), {
      selection: { set: 'some', withChildren: true },
    });
    await expectError('USAGE', () => selectionFrom({ children: true }));
  });
});
