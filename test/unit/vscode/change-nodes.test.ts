import assert from 'node:assert/strict';
import { EVERYTHING, withRow, withTable } from '../../../src/vscode/changes/chosen-changes.ts';
import { changedRowNodes, changeGroups, problemNode } from '../../../src/vscode/tree/change-nodes.ts';
import {
  countedDescription,
  countedLabel,
  countedTooltip,
} from '../../../src/vscode/tree/describe-changes.ts';
import { listedChange } from './listed-change.ts';
import { FIVE_MINUTES_AGO, NOW, pulledTable, target } from './table-status.ts';

const NONE = { inserted: 0, updated: 0, deleted: 0 };

const changed = target({
  tables: [
    pulledTable({ table: 'a', local: { ...NONE, updated: 2 } }),
    pulledTable({
      table: 'b',
      local: { ...NONE, inserted: 1 },
      production: { ...NONE, deleted: 4 },
      comparedAt: FIVE_MINUTES_AGO,
    }),
    pulledTable({ table: 'c' }),
  ],
});

const [local, production] = changeGroups(changed);

describe('the groups of changed rows', () => {
  it('are there for a side that has changes, with its tables and counts', () => {
    assert.deepEqual(
      [local, production].map((group) => [
        group?.side,
        group?.counts,
        group?.tables.map(({ table }) => table),
      ]),
      [
        ['local', { inserted: 1, updated: 2, deleted: 0 }, ['a', 'b']],
        ['production', { inserted: 0, updated: 0, deleted: 4 }, ['b']],
      ],
    );
    assert.deepEqual(changeGroups(target({ tables: [pulledTable()] })), []);
  });

  it('close production’s tables after another comparison, so that redrawing asks production nothing', () => {
    const again = (comparedAt: string) => {
      const tables = changed.tables.map((table) => ({ ...table, comparedAt }));
      return changeGroups({ ...changed, tables });
    };
    const [sameLocal, sameProduction] = again(FIVE_MINUTES_AGO);
    const [otherLocal, otherProduction] = again(new Date(NOW).toISOString());
    assert.equal(sameProduction?.tables[0]?.id, production?.tables[0]?.id);
    assert.notEqual(otherProduction?.tables[0]?.id, production?.tables[0]?.id);
    assert.equal(otherLocal?.tables[0]?.id, sameLocal?.tables[0]?.id);
  });

  it('say how many rows are chosen, which a checkbox cannot', () => {
    assert.equal(countedDescription(local!, EVERYTHING), '3 changes');
    const some = withRow(EVERYTHING, { table: 'a', key: ['1'] }, false);
    assert.equal(countedDescription(local!, some), '2 of 3 chosen');
    assert.equal(countedDescription(local!.tables[1]!, EVERYTHING), '1 change');
    const none = withTable(withTable(EVERYTHING, 'a', false), 'b', false);
    assert.equal(countedDescription(local!, none), '3 changes');
  });

  it('are read out by what they are', () => {
    assert.equal(countedLabel(local!, EVERYTHING), 'Local changes, 1 inserted, 2 updated, 3 changes');
    assert.equal(
      countedLabel(production!.tables[0]!, EVERYTHING),
      'Production changes of b, 4 deleted, 4 changes',
    );
    assert.match(countedTooltip(local!, EVERYTHING), /A push takes those that are checked/);
    assert.match(
      countedTooltip(production!.tables[0]!, EVERYTHING),
      /`b` — Production changes[^]*A pull takes/,
    );
  });
});

describe('the rows of a changed table', () => {
  const table = local!.tables[0]!;

  it('end in a node for those that are not listed yet', () => {
    const rows = [listedChange({ key: ['1'] }), listedChange({ key: ['2'] })];
    assert.deepEqual(
      changedRowNodes(table, rows, 7).map(({ kind }) => kind),
      ['changed-row', 'changed-row', 'more-changes'],
    );
    assert.equal(changedRowNodes(table, rows, 0).length, 2);
  });

  it('have ids of their own, whatever their keys hold', () => {
    const keys = [[], [], ['1'], ['1', ''], ['', '1'], ['1/'], ['more', ''], ['0']];
    const nodes = changedRowNodes(
      table,
      keys.map((key) => listedChange({ key })),
      1,
    );
    const ids = [local!, table, ...nodes, problemNode(table, 'x')].map(({ id }) => id);
    assert.equal(new Set(ids).size, ids.length);
  });
});
