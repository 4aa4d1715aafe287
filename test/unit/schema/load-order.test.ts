import assert from 'node:assert/strict';
import fc from 'fast-check';
import { loadOrder } from '../../../src/core/schema/load-order.ts';

const referring = (key: string, parents: readonly string[]) => ({
  key,
  foreignKeys: parents.map((table) => ({ references: { table } })),
});

const keys = (order: readonly { readonly key: string }[]) => order.map(({ key }) => key);

/** Up to eight tables and any references among them, to themselves and to tables that are not there. */
const graphs = fc
  .array(fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 3 }), { minLength: 1, maxLength: 8 })
  .map((tables) =>
    tables.map((parents, index) =>
      referring(
        `t${index}`,
        parents.map((parent) => `t${parent}`),
      ),
    ),
  );

describe('loadOrder', () => {
  it('puts parents first, however far away', () => {
    const order = loadOrder([
      referring('a', ['b']),
      referring('b', ['c']),
      referring('c', []),
      referring('d', ['a', 'c']),
    ]);
    assert.deepEqual(keys(order), ['c', 'b', 'a', 'd']);
  });

  it('keeps circles together, after what they refer to and before what refers to them', () => {
    const order = loadOrder([
      referring('z', []),
      referring('m', ['n', 'z']),
      referring('n', ['m', 'n']),
      referring('a', ['n']),
    ]);
    assert.deepEqual(keys(order), ['z', 'm', 'n', 'a']);
  });

  it('sees a circle of several tables as one', () => {
    const circle = [
      referring('x', ['z']),
      referring('y', ['x']),
      referring('z', ['y', 'w']),
      referring('w', []),
    ];
    assert.deepEqual(keys(loadOrder(circle)), ['w', 'x', 'y', 'z']);
  });

  it('holds each table once, whatever refers to what', () => {
    fc.assert(
      fc.property(graphs, (tables) => {
        assert.deepEqual(keys(loadOrder(tables)).sort(), keys(tables));
      }),
    );
  });

  it('puts every parent first that does not refer back', () => {
    fc.assert(
      fc.property(graphs, (tables) => {
        const parentsOf = new Map(
          tables.map(({ key, foreignKeys }) => [key, foreignKeys.map((fk) => fk.references.table)]),
        );
        const reaches = (from: string, to: string, seen = new Set<string>()): boolean =>
          (parentsOf.get(from) ?? []).some(
            (parent) => parent === to || (!seen.has(parent) && reaches(parent, to, seen.add(parent))),
          );
        const order = keys(loadOrder(tables));
        for (const [child, parents] of parentsOf) {
          for (const parent of parents.filter((name) => parentsOf.has(name) && !reaches(name, child))) {
            assert.ok(order.indexOf(parent) < order.indexOf(child), `${parent} before ${child}`);
          }
        }
      }),
      { numRuns: 500 },
    );
  });

  it('does not depend on the order in which tables are given', () => {
    fc.assert(
      fc.property(graphs, (tables) => {
        assert.deepEqual(keys(loadOrder(tables.toReversed())), keys(loadOrder(tables)));
      }),
    );
  });

  it('orders a chain longer than the call stack', () => {
    const chain = Array.from({ length: 30_000 }, (_, index) => referring(`t${index}`, [`t${index + 1}`]));
    assert.equal(loadOrder(chain)[0]?.key, 't29999');
  });
});
