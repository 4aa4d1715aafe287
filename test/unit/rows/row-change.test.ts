import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { FoundChange } from '../../../src/core/local-changes-port.ts';
import { changeReader, keyColumnsOf, type ReadChange } from '../../../src/core/rows/row-change.ts';
import type { LogicalType } from '../../../src/core/schema/logical-type.ts';
import type { Table } from '../../../src/core/schema/model.ts';
import type { Cell, Row } from '../../../src/core/values/cell.ts';
import { required, table, type } from '../../support/catalog.ts';
import { localTablesOf } from '../../support/staged.ts';

function readerOf(source: Table): ReadChange {
  return changeReader(localTablesOf(source)[0]!);
}

function update(base: Row, local: Row): FoundChange {
  return { op: 'update', local, base: { cells: base, seen: null } };
}

/** What is read when one cell of a type goes from one state to another. */
function change(of: LogicalType, before: Cell, after: Cell): ReturnType<ReadChange> {
  const read = readerOf(table('t', { id: required(type.int), cell: of }, { key: ['id'] }));
  return read(update([1n, before], [1n, after]));
}

const timestamp: LogicalType = { kind: 'timestamp', zone: false };
const money: LogicalType = { kind: 'numeric', precision: 10, scale: 2 };
const json: LogicalType = { kind: 'json', binary: false };
const char3: LogicalType = { kind: 'text', maxLength: 3, padded: true };
const code3: LogicalType = { kind: 'text', maxLength: 3 };
const mood: LogicalType = { kind: 'enum', name: 'mood', values: ['sad', 'ok'] };
const integers: LogicalType = { kind: 'array', element: type.int };
const UUID = '0b0e7f6e-6f5e-4d3c-8b2a-1a0f9e8d7c6b';

const bytes = (...of: number[]): Uint8Array => new Uint8Array(of);

describe('a local change', () => {
  describe('is none when a value is only written otherwise:', () => {
    const spellings: readonly [what: string, type: LogicalType, before: Cell, after: Cell][] = [
      [
        'a timestamptz as SQLite writes it',
        type.timestamptz,
        '2024-01-02T03:04:05.000000Z',
        '2024-01-02 03:04:05',
      ],
      [
        'a timestamptz as JavaScript writes it',
        type.timestamptz,
        '2024-01-02T03:04:05.600000Z',
        '2024-01-02T03:04:05.6Z',
      ],
      [
        'a timestamptz with an offset',
        type.timestamptz,
        '2024-01-02T03:04:05.000000Z',
        '2024-01-02T05:04:05+02:00',
      ],
      ['a timestamp', timestamp, '2024-01-02T03:04:05.000000', '2024-01-02 03:04:05'],
      ['a numeric with a zero more', type.numeric, '1.1', '1.10'],
      ['a numeric with a zero less', type.numeric, '1.10', '1.1'],
      ['a numeric of fixed scale', money, '1.10', '1.1'],
      ['a numeric as a REAL', money, '0.30', 0.1 + 0.2],
      ['a numeric as an INTEGER', money, '3.00', 3n],
      ['a boolean as a word', type.boolean, 1n, 'true'],
      ['a boolean as a REAL', type.boolean, 0n, 0],
      ['an integer as a REAL', type.bigint, 1n, 1],
      ['an integer as text', type.bigint, 9007199254740993n, '9007199254740993'],
      ['a float as an INTEGER', type.double, 1, 1n],
      ['minus zero', type.double, 0, -0],
      ['a uuid in capitals', type.uuid, UUID, UUID.toUpperCase()],
      ['a uuid as bytes', type.uuid, UUID, new Uint8Array(Buffer.from(UUID.replaceAll('-', ''), 'hex'))],
      ['a jsonb in another order', type.jsonb, '{"a": 1, "bb": [1, 2]}', '{"bb":[1,2],"a":1}'],
      ['a json with other spaces', json, '{"a":1}', '{ "a": 1 }'],
      ['a char(n) with its padding', char3, 'ab', 'ab '],
      ['an array with spaces', integers, '[1,null]', '[1, null]'],
      ['bytes in another object', type.bytea, bytes(0, 255), Buffer.from([0, 255])],
    ];
    for (const [what, of, before, after] of spellings) {
      it(what, () => assert.equal(change(of, before, after), undefined));
    }
  });

  describe('is read in canonical form:', () => {
    const values: readonly [what: string, type: LogicalType, before: Cell, after: Cell, canonical: Cell][] = [
      ['a timestamptz', type.timestamptz, null, '2024-01-02 03:04:05.6+02', '2024-01-02T01:04:05.600000Z'],
      ['a numeric of fixed scale', money, '1.10', 1.5, '1.50'],
      ['a numeric beyond a float', type.numeric, '0', '12345678901234567890.12', '12345678901234567890.12'],
      ['a boolean', type.boolean, 1n, 'false', 0n],
      ['a bigint beyond 2^53', type.bigint, 9007199254740992n, 9007199254740993n, 9007199254740993n],
      ['a float', type.double, 1.5, 2n, 2],
      ['a float that is none', type.double, 1.5, 'nan', 'NaN'],
      ['a jsonb', type.jsonb, '{}', '{"bb":1,"a":2}', '{"a": 2, "bb": 1}'],
      ['a letter’s case', type.citext, 'Bob', 'BOB', 'BOB'],
      ['a character in another normal form', type.text, 'é', 'e\u0301', 'e\u0301'],
      ['NULL to the empty string', type.text, null, '', ''],
      ['the empty string to NULL', type.text, '', null, null],
      ['NULL to no bytes', type.bytea, null, bytes(), bytes()],
      ['NULL to false', type.boolean, null, 0n, 0n],
      ['one byte', type.bytea, bytes(1, 2), bytes(1, 3), bytes(1, 3)],
      ['a byte more', type.bytea, bytes(1), bytes(1, 0), bytes(1, 0)],
    ];
    for (const [what, of, before, after, canonical] of values) {
      it(what, () =>
        assert.deepEqual(change(of, before, after), {
          op: 'update',
          key: [1n],
          columns: [1],
          before: [before],
          after: [canonical],
        }),
      );
    }
  });

  describe('that is no value of its column names the column and not the value:', () => {
    const refused: readonly [what: string, type: LogicalType, cell: Cell][] = [
      ['a word for a number', type.numeric, 'secret'],
      ['an integer out of range', type.int, 2n ** 31n],
      ['a fraction for an integer', type.int, 1.5],
      ['digits that the scale would cut off', money, '1.234'],
      ['a text that is too long', code3, 'secret'],
      ['a label that the enum lacks', mood, 'secret'],
      ['what is no date', type.timestamptz, 'secret'],
      ['what is no uuid', type.uuid, 'secret'],
      ['what is no JSON', type.jsonb, '{secret'],
      ['bytes for a text', type.text, Buffer.from('secret')],
      ['text for bytes', { kind: 'boolean' }, 'secret'],
      ['a NUL character', type.text, 'secret\0'],
    ];
    for (const [what, of, cell] of refused) {
      it(what, () => {
        const read = change(of, null, cell);
        assert.equal(read?.op, 'unrepresentable');
        assert.deepEqual([read.key, read.column], [[1n], 'cell']);
        assert.doesNotMatch(read.message, /secret|2147483648|1\.5|1\.234/);
      });
    }

    it('in a new row, whichever column it is', () => {
      const read = readerOf(
        table('t', { id: required(type.int), a: type.text, b: type.int }, { key: ['id'] }),
      );
      const found = read({ op: 'insert', local: [1n, 'x', 'secret'] });
      assert.equal(found?.op, 'unrepresentable');
      assert.equal(found.column, 'b');
    });

    it('but not in a column that was not touched', () => {
      // A masked cell need not satisfy its column's type; it does not travel.
      const read = readerOf(table('t', { id: required(type.int), a: code3, b: type.int }, { key: ['id'] }));
      assert.deepEqual(read(update([1n, 'much too long', 1n], [1n, 'much too long', 2n])), {
        op: 'update',
        key: [1n],
        columns: [2],
        before: [1n],
        after: [2n],
      });
    });
  });

  it('lists the columns that differ only, with what the base holds: the masked cell of a masked column', () => {
    const read = readerOf(
      table(
        'users',
        { id: required(type.int), email: type.text, name: type.text, age: type.int },
        { key: ['id'] },
      ),
    );
    assert.deepEqual(
      read(update([1n, 'x1@masked.example', 'Mask', 3n], [1n, 'new@corp.example', 'Mask', 4n])),
      {
        op: 'update',
        key: [1n],
        columns: [1, 3],
        before: ['x1@masked.example', 3n],
        after: ['new@corp.example', 4n],
      },
    );
  });

  describe('of a composite key that stands elsewhere and in another order', () => {
    const source = table(
      't',
      { note: type.text, b: required(type.numeric), a: required(type.timestamptz) },
      { key: ['a', 'b'] },
    );
    const read = readerOf(source);
    const [day, written] = ['2024-01-02T00:00:00.000000Z', '2024-01-02 00:00:00'];

    it('knows the row by the key of the base, in the key’s order', () => {
      assert.deepEqual(keyColumnsOf(localTablesOf(source)[0]!), [2, 1]);
      assert.deepEqual(read(update(['x', '1.0', day], ['y', '1.0', day])), {
        op: 'update',
        key: [day, '1.0'],
        columns: [0],
        before: ['x'],
        after: ['y'],
      });
    });

    it('knows a new row by its canonical key', () => {
      assert.deepEqual(read({ op: 'insert', local: [null, 1.5, written] }), {
        op: 'insert',
        key: [day, '1.5'],
        after: [null, '1.5', day],
      });
    });

    it('knows a row that is gone by its old key, and keeps all of it', () => {
      assert.deepEqual(read({ op: 'delete', base: { cells: ['x', '1.0', day], seen: bytes(1) } }), {
        op: 'delete',
        key: [day, '1.0'],
        before: ['x', '1.0', day],
      });
    });

    it('keeps the old key of a row whose key changed in its letters’ case only', () => {
      const cased = readerOf(table('t', { k: required(type.citext), a: type.text }, { key: ['k'] }));
      assert.deepEqual(cased(update(['bob', 'x'], ['Bob', 'x'])), {
        op: 'update',
        key: ['bob'],
        columns: [0],
        before: ['bob'],
        after: ['Bob'],
      });
    });
  });

  it('is what makes the local row of the base row, and of equal rows there is none', () => {
    const source = table(
      't',
      { id: required(type.int), a: type.text, n: type.numeric, b: type.bytea, f: type.double },
      { key: ['id'] },
    );
    const read = readerOf(source);
    const row = fc.tuple(
      fc.constant(1n),
      fc.constantFrom(null, '', 'x', 'X'),
      fc.constantFrom(null, '0', '1.0', '1.00', '-1'),
      fc.constantFrom<Cell>(null, bytes(), bytes(0), bytes(0, 1)),
      fc.constantFrom<Cell>(null, 0, 1.5, 'NaN', Infinity),
    );
    fc.assert(
      fc.property(row, row, (base: Row, local: Row) => {
        assert.equal(read(update(base, base)), undefined);
        const found = read(update(base, local));
        if (found?.op !== 'update') {
          assert.equal(found, undefined);
          return;
        }
        const after = [...base];
        for (const [place, column] of found.columns.entries()) {
          assert.deepEqual(found.before[place], base[column]);
          after[column] = found.after[place] ?? null;
        }
        assert.equal(read(update(local, after)), undefined);
        assert.equal(read(update(after, local)), undefined);
      }),
    );
  });
});
