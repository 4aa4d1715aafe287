import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { rowDocumentText } from '../../../src/vscode/documents/row-document-text.ts';
import { column } from './table-status.ts';

const shape = (types: Readonly<Record<string, string>>, primaryKey: readonly string[] = []) => ({
  primaryKey,
  columnDetails: Object.entries(types).map(([name, postgresType]) => column(name, { postgresType })),
});

describe('a row’s document', () => {
  it('has a column a line, the key first, then ordinal order', () => {
    const row = [
      { column: 'name', text: 'Ada' },
      { column: 'id', text: '7' },
      { column: 'unit', text: 'a' },
      { column: 'age', text: null },
    ];
    const types = { name: 'text', id: 'integer', unit: 'text', age: 'integer' };
    assert.equal(
      rowDocumentText(row, shape(types, ['unit', 'id'])),
      '{\n  "unit": "a",\n  "id": 7,\n  "name": "Ada",\n  "age": null\n}\n',
    );
  });

  it('is empty for a row that is not there', () => assert.equal(rowDocumentText(null, undefined), ''));

  it('tells NULL from the empty text', () => {
    const text = (value: string | null) => rowDocumentText([{ column: 'a', text: value }], undefined);
    assert.notEqual(text(null), text(''));
    assert.notEqual(text(null), text('null'));
  });

  const spellings: readonly (readonly [string, string, string])[] = [
    ['bigint', '9007199254740993', '"9007199254740993"'],
    ['bigint', '42', '42'],
    ['numeric(10,2)', '1.10', '"1.10"'],
    ['numeric', '1.5', '1.5'],
    ['double precision', 'NaN', '"NaN"'],
    ['double precision', 'Infinity', '"Infinity"'],
    ['real', '-0', '"-0"'],
    ['boolean', 't', 'true'],
    ['boolean', 'f', 'false'],
    ['text', '12', '"12"'],
    ['integer[]', '{1,2}', '"{1,2}"'],
    ['text', 'a\n"b"', '"a\\n\\"b\\""'],
  ];
  for (const [type, text, expected] of spellings) {
    it(`writes ${type} ${JSON.stringify(text)} as ${expected}`, () => {
      const line = rowDocumentText([{ column: 'a', text }], shape({ a: type }));
      assert.equal(line, `{\n  "a": ${expected}\n}\n`);
    });
  }

  it('is strict JSON that holds every value, whatever names and values are', () => {
    const cell = fc.record({
      column: fc.string({ unit: 'grapheme' }),
      text: fc.oneof(fc.constant(null), fc.string({ unit: 'grapheme' }), fc.double().map(String)),
    });
    const rows = fc.uniqueArray(cell, { selector: ({ column: name }) => name });
    const types = fc.constantFrom('text', 'numeric', 'bigint', 'double precision', 'boolean');
    fc.assert(
      fc.property(rows, types, (row, type) => {
        const of = shape(Object.fromEntries(row.map(({ column: name }) => [name, type])));
        const parsed = new Map(Object.entries(JSON.parse(rowDocumentText(row, of)) as object));
        for (const { column: name, text } of row.filter((one) => one.column !== '__proto__')) {
          const value: unknown = parsed.get(name);
          const back = typeof value === 'boolean' ? String(value)[0] : value;
          assert.equal(text === null ? back : String(back), text);
        }
      }),
    );
  });

  it('differs between values that differ', () => {
    const text = fc.string({ unit: 'grapheme' });
    fc.assert(
      fc.property(text, text, fc.constantFrom('text', 'numeric'), (one, other, type) => {
        const write = (value: string) => rowDocumentText([{ column: 'a', text: value }], shape({ a: type }));
        assert.equal(write(one) === write(other), one === other);
      }),
    );
  });
});
