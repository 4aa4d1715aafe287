import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  afterKey,
  quoteName,
  quoteValue,
  selectItem,
} from '../../../src/databases/supabase/postgrest-syntax.ts';
import type { LogicTree } from '../../../src/sandbox/grammar/filter.ts';
import { logicTree } from '../../../src/sandbox/grammar/filter.ts';
import { orderTerms } from '../../../src/sandbox/grammar/order.ts';
import { parseText } from '../../../src/sandbox/grammar/parser.ts';
import { selectList } from '../../../src/sandbox/grammar/select.ts';

/** Any name that Postgres allows, with much of what means something to PostgREST. */
const name = fc
  .oneof(
    fc.string({ unit: 'grapheme', minLength: 1 }),
    fc
      .array(
        fc.constantFrom('"', '\\', ' ', '\t', ',', '.', ':', '(', ')', '->', '*', 'a', 'not', 'é', '🙂'),
        {
          minLength: 1,
        },
      )
      .map((parts) => parts.join('')),
    fc.constantFrom(
      'and',
      'or',
      'not',
      'select',
      'order',
      'Mixed Case',
      'quo"te',
      'back\\slash',
      '..',
      '*',
      ' id ',
    ),
  )
  .filter((value) => !value.includes('\0'));

describe("PostgREST's syntax", () => {
  it('quotes any name for select, under an alias and with a cast', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(name, fc.boolean()), { minLength: 1, maxLength: 4 }), (columns) => {
        const select = columns
          .map(([column, cast], index) => selectItem(`c${index}`, column, cast))
          .join(',');
        const items = parseText(selectList, select, 'select');
        const read = items.map((item) =>
          item.kind === 'field'
            ? [item.alias, item.field.name, item.field.path.length, item.cast]
            : item.kind,
        );
        const written = columns.map(([column, cast], index) => [
          `c${index}`,
          column,
          0,
          cast ? 'text' : undefined,
        ]);
        assert.deepEqual(read, written);
      }),
    );
  });

  it('quotes any name for order', () => {
    fc.assert(
      fc.property(fc.array(name, { minLength: 1, maxLength: 3 }), (columns) => {
        const terms = parseText(
          orderTerms,
          columns.map((column) => `${quoteName(column)}.asc`).join(','),
          'order',
        );
        assert.deepEqual(
          terms.map((term) => term.field.name),
          columns,
        );
      }),
    );
  });

  it('quotes any value', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (value) => {
        const tree = parseText(logicTree, `or(a.eq.${quoteValue(value)},b.eq.1)`, 'filter');
        assert.deepEqual(evaluate(tree, { a: value, b: '2' }), true);
      }),
    );
  });

  it('keeps exactly the rows after a key, in the order of the key', () => {
    const digit = fc.constantFrom('0', '1', '2');
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 3 }).chain((width) =>
          fc.record({
            columns: fc.uniqueArray(name, { minLength: width, maxLength: width }),
            last: fc.array(digit, { minLength: width, maxLength: width }),
            row: fc.array(digit, { minLength: width, maxLength: width }),
          }),
        ),
        ({ columns, last, row }) => {
          const tree = parseText(logicTree, `or(${afterKey(columns, last)})`, 'filter');
          const cells = new Map(columns.map((column, index) => [column, row[index]!]));
          assert.equal(evaluate(tree, Object.fromEntries(cells)), row.join('') > last.join(''));
        },
      ),
    );
  });
});

/** Whether a row meets a filter: the few operators that keysets need, on text. */
function evaluate(tree: LogicTree, row: Readonly<Record<string, string>>): boolean {
  if (tree.kind === 'group') {
    const results = tree.members.map((member) => evaluate(member, row));
    return tree.operator === 'and' ? results.every(Boolean) : results.some(Boolean);
  }
  const { field, operation } = tree;
  if (operation.kind !== 'quantifiable') assert.fail(operation.kind);
  const cell = row[field.name]!;
  const { operator, value } = operation;
  const outcomes: Record<string, boolean> = { gt: cell > value, gte: cell >= value, eq: cell === value };
  return outcomes[operator]!;
}
