import assert from 'node:assert/strict';
import { decideIncoming, type Incoming, type RowDecision } from '../../../src/core/rows/incoming.ts';
import type { Row } from '../../../src/core/values/cell.ts';

const row = (cells: Row): Incoming => ({ op: 'row', cells });
const gone: Incoming = { op: 'gone' };

function decide(base: Row | undefined, local: Row | undefined, incoming: Incoming): RowDecision {
  return decideIncoming({
    base,
    local,
    incoming,
    productionChanged: (column) =>
      incoming.op === 'row' && (base === undefined || base[column] !== incoming.cells[column]),
    sameValue: (_, a, b) => a === b,
  });
}

describe('what comes from production, against the base and the local row', () => {
  const none = { local: { op: 'none' } };
  const conflict = (kind: string, columns: number[]): unknown => ({
    local: { op: 'none' },
    conflict: { kind, columns },
  });
  const b: Row = [1n, 'a', 'x'];
  const cases: readonly [string, Row | undefined, Row | undefined, Incoming, unknown][] = [
    ['a new row', undefined, undefined, row(b), { local: { op: 'insert' } }],
    ['a new row that is there alike', undefined, b, row(b), none],
    ['a new row that is there otherwise', undefined, [1n, 'z', 'x'], row(b), conflict('insert/insert', [1])],
    ['an unchanged row', b, b, row(b), none],
    ['a changed row', b, b, row([1n, 'p', 'x']), { local: { op: 'update', columns: [1] } }],
    ['an unchanged row with a local edit', b, [1n, 'l', 'x'], row(b), none],
    [
      'changes to different columns',
      b,
      [1n, 'l', 'x'],
      row([1n, 'a', 'p']),
      { local: { op: 'update', columns: [2] } },
    ],
    ['the same change on both sides', b, [1n, 'p', 'x'], row([1n, 'p', 'x']), none],
    [
      'different changes of one column',
      b,
      [1n, 'l', 'x'],
      row([1n, 'p', 'x']),
      conflict('update/update', [1]),
    ],
    [
      'a conflict holds the whole row',
      b,
      [1n, 'l', 'x'],
      row([1n, 'p', 'q']),
      conflict('update/update', [1]),
    ],
    ['a row deleted locally, unchanged', b, undefined, row(b), none],
    ['a row deleted locally, changed', b, undefined, row([1n, 'p', 'x']), conflict('update/delete', [1])],
    ['a row that is gone', b, b, gone, { local: { op: 'delete' } }],
    ['a row that is gone and was edited', b, [1n, 'l', 'x'], gone, conflict('delete/update', [1])],
    ['a row that is gone on both sides', b, undefined, gone, none],
    ['a row that is gone and was never seen', undefined, undefined, gone, none],
    ['a local row that production never had', undefined, b, gone, none],
  ];
  for (const [what, base, local, incoming, expected] of cases) {
    it(what, () => assert.deepEqual(decide(base, local, incoming), expected));
  }
});
