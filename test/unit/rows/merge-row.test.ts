import assert from 'node:assert/strict';
import fc from 'fast-check';
import { mergeRow, type ThreeWayRow } from '../../../src/core/rows/merge-row.ts';
import type { Cell } from '../../../src/core/values/cell.ts';

/** An unmasked row: production changed a column when its cell differs. */
function plain(base: Cell[], local: Cell[], production: Cell[]): ThreeWayRow {
  return {
    base,
    local,
    production,
    productionChanged: (column) => base[column] !== production[column],
    sameValue: (_, a, b) => a === b,
  };
}

describe('a row merged by column', () => {
  const cases: readonly [
    what: string,
    base: Cell[],
    local: Cell[],
    production: Cell[],
    cells: Cell[],
    conflicts: number[],
  ][] = [
    ['nothing changed', ['a', 1n], ['a', 1n], ['a', 1n], ['a', 1n], []],
    ['only local changed', ['a', 1n], ['b', 1n], ['a', 1n], ['b', 1n], []],
    ['only production changed', ['a', 1n], ['a', 1n], ['a', 2n], ['a', 2n], []],
    ['different columns', ['a', 1n], ['b', 1n], ['a', 2n], ['b', 2n], []],
    ['both changed alike', ['a', 1n], ['b', 1n], ['b', 1n], ['b', 1n], []],
    ['both changed differently', ['a', 1n], ['b', 1n], ['c', 2n], ['b', 2n], [0]],
    ['local set NULL, production a value', ['a'], [null], ['c'], [null], [0]],
    ['NULL is not the empty string', [null], [''], [null], [''], []],
  ];
  for (const [what, base, local, production, cells, conflicts] of cases) {
    it(what, () => assert.deepEqual(mergeRow(plain(base, local, production)), { cells, conflicts }));
  }

  it('takes a masked column from production when only its hash tells that it changed', () => {
    const row: ThreeWayRow = { ...plain(['m1'], ['m1'], ['m2']), productionChanged: () => true };
    assert.deepEqual(mergeRow(row), { cells: ['m2'], conflicts: [] });
  });

  it('keeps a local edit of a masked column whose production value is as it was seen', () => {
    const row: ThreeWayRow = { ...plain(['m1'], ['edited'], ['m1']), productionChanged: () => false };
    assert.deepEqual(mergeRow(row), { cells: ['edited'], conflicts: [] });
  });

  const cell = fc.constantFrom<Cell>(null, '', 'a', 'b', 0n, 1n);
  const three = fc.integer({ min: 1, max: 4 }).chain((width) => {
    const row = fc.array(cell, { minLength: width, maxLength: width });
    return fc.tuple(row, row, row);
  });

  it('invents no value, and is the same with the sides swapped but for conflicts', () => {
    fc.assert(
      fc.property(three, ([base, local, production]) => {
        const merged = mergeRow(plain(base, local, production));
        const swapped = mergeRow(plain(base, production, local));
        assert.deepEqual(merged.conflicts, swapped.conflicts);
        for (const [column, value] of merged.cells.entries()) {
          assert.ok([base[column], local[column], production[column]].includes(value));
          if (!merged.conflicts.includes(column)) assert.equal(value, swapped.cells[column]);
        }
      }),
    );
  });

  it('is idempotent: merging the result with the same production changes nothing', () => {
    fc.assert(
      fc.property(three, ([base, local, production]) => {
        const { cells, conflicts } = mergeRow(plain(base, local, production));
        fc.pre(conflicts.length === 0);
        assert.deepEqual(mergeRow(plain(production, [...cells], production)).cells, cells);
      }),
    );
  });
});
