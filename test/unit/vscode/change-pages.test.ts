import assert from 'node:assert/strict';
import { createChangePages, ROWS_PER_PAGE } from '../../../src/vscode/changes/change-pages.ts';
import { changeGroups } from '../../../src/vscode/tree/change-nodes.ts';
import { listedChange } from './listed-change.ts';
import { pulledTable, target } from './table-status.ts';

const counts = { inserted: 0, updated: 120, deleted: 0 };
const [group] = changeGroups(target({ tables: [pulledTable({ local: counts })] }));
const table = group!.tables[0]!;

function setUp(total = 120) {
  const reads: (readonly [number, number])[] = [];
  const state = { stamp: 'a', failing: false };
  const pages = createChangePages({
    read: (_, offset, limit) => {
      reads.push([offset, limit]);
      if (state.failing) return Promise.reject(new Error('not now'));
      const end = Math.min(total, offset + limit);
      const rows = Array.from({ length: end - offset }, (_row, index) =>
        listedChange({ key: [String(offset + index)] }),
      );
      return Promise.resolve({ rows, more: total - end });
    },
    stampOf: () => Promise.resolve(state.stamp),
  });
  return { pages, reads, state };
}

describe('the pages of changed rows', () => {
  it('are read once while nothing has changed', async () => {
    const { pages, reads } = setUp();
    const [one, two] = await Promise.all([pages.list(table), pages.list(table)]);
    await pages.list(table);
    assert.equal(one, two);
    assert.equal(one.rows.length, ROWS_PER_PAGE);
    assert.equal(one.more, 70);
    assert.deepEqual(reads, [[0, ROWS_PER_PAGE]]);
  });

  it('grow page by page to the end', async () => {
    const { pages, reads } = setUp();
    await pages.listMore(table);
    await pages.listMore(table);
    const { rows, more } = await pages.list(table);
    assert.equal(more, 0);
    assert.deepEqual(
      rows.map(({ key }) => key[0]),
      Array.from({ length: 120 }, (_, index) => String(index)),
    );
    assert.equal(reads.length, 3);
  });

  it('are read again, as many as were listed, when something may have changed', async () => {
    const { pages, reads, state } = setUp();
    await pages.listMore(table);
    state.stamp = 'b';
    assert.equal((await pages.list(table)).rows.length, 100);
    assert.deepEqual(reads.at(-1), [0, 100]);
  });

  it('are tried again after a failure', async () => {
    const { pages, state } = setUp();
    state.failing = true;
    await assert.rejects(pages.list(table), /not now/);
    state.failing = false;
    assert.equal((await pages.list(table)).rows.length, ROWS_PER_PAGE);
  });
});
