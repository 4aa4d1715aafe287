import assert from 'node:assert/strict';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import { quoteIdentifier } from '../../../src/core/schema/identifiers.ts';
import { comparesAlike, declaredTypeOf, typeCheckOf } from '../../../src/core/schema/local-type.ts';
import type { LogicalType } from '../../../src/core/schema/logical-type.ts';
import { codecFor } from '../../../src/core/values/codec.ts';
import { table, type } from '../../support/catalog.ts';
import { createLocally as create, noted as objects } from '../../support/local-tables.ts';
import { FAMILIES } from '../../support/postgres-texts.ts';

describe('local types', () => {
  for (const { sql, type: logical, texts } of FAMILIES) {
    it(`a column for ${sql} gives back every canonical cell`, () => {
      const database = new Database(':memory:');
      database.defaultSafeIntegers();
      const check = typeCheckOf(logical, quoteIdentifier('x'));
      database.exec(
        `create table t (x ${declaredTypeOf(logical)} ${check === undefined ? '' : `check (${check})`})`,
      );
      const insert = database.prepare('insert into t values (?) returning x').pluck();
      const codec = codecFor(logical);
      fc.assert(
        fc.property(texts, (text) => {
          let cell;
          try {
            cell = codec.canonicalize(text);
          } catch {
            return;
          }
          const stored = insert.get(cell);
          const found = Buffer.isBuffer(stored) ? new Uint8Array(stored) : stored;
          // SQLite keeps whole REALs as integers, which have no negative zero; as values the two are equal.
          assert.deepEqual(Object.is(cell, -0) ? found : cell, Object.is(cell, -0) ? 0 : found);
        }),
        { numRuns: 200 },
      );
      const damage = database.pragma('integrity_check', { simple: true });
      assert.equal(damage, 'ok');
      database.close();
    });
  }

  it('know which columns hold equal values in equal cells', () => {
    const money = { kind: 'numeric', precision: 10, scale: 2 } as const;
    assert.ok(comparesAlike({ kind: 'integer', bits: 32 }, { kind: 'integer', bits: 64 }));
    assert.ok(comparesAlike(money, { kind: 'numeric', precision: 12, scale: 2 }));
    assert.ok(!comparesAlike(money, { kind: 'numeric', precision: 10, scale: 3 }));
    assert.ok(!comparesAlike({ kind: 'numeric' }, { kind: 'numeric' }));
    assert.ok(!comparesAlike({ kind: 'integer', bits: 32 }, money));
    assert.ok(!comparesAlike({ kind: 'text' }, { kind: 'text', caseInsensitive: true }));
    assert.ok(comparesAlike({ kind: 'text', maxLength: 5 }, { kind: 'text' }));
    assert.ok(!comparesAlike({ kind: 'timestamp', zone: true }, { kind: 'timestamp', zone: false }));
    assert.ok(!comparesAlike({ kind: 'float', bits: 32 }, { kind: 'float', bits: 64 }));
  });

  it('keeps the values of a type to the type', () => {
    const mood: LogicalType = { kind: 'enum', name: 'mood', values: ['sad', "it's"] };
    const { schema, database } = create([
      table('t', { b: type.boolean, e: mood, j: type.jsonb, a: { kind: 'array', element: type.int } }),
    ]);
    assert.deepEqual(
      schema.tables[0]!.checks.map(({ origin, columns }) => [origin, columns[0]]),
      [
        ['type', 'b'],
        ['type', 'e'],
        ['type', 'j'],
        ['type', 'a'],
      ],
    );
    database.exec(
      `insert into t values (1, 'it''s', '{"a":1,"a":12345678901234567890}', '[1]'), (null, null, null, null)`,
    );
    for (const [column, bad] of [
      ['b', '2'],
      ['e', "'glad'"],
      ['j', "'{'"],
      ['a', "'{1}'"],
    ] as const) {
      assert.throws(() => database.exec(`insert into t(${column}) values (${bad})`), /CHECK/);
    }
  });

  it('compares citext without case, in keys and references too', () => {
    const { database } = create([
      table('users', { email: type.citext }, { key: ['email'] }),
      table(
        'logins',
        { email: type.citext },
        { references: [{ columns: ['email'], table: 'users', to: ['email'] }] },
      ),
    ]);
    database.exec("insert into users values ('Ada@x'); insert into logins values ('ada@X')");
    assert.throws(() => database.exec("insert into users values ('ADA@X')"), /UNIQUE/);
  });

  it('notes the types that SQLite can only keep as text', () => {
    const range: LogicalType = { kind: 'opaque', name: 'int4range' };
    const { schema } = create([
      table('t', { r: range, rs: { kind: 'array', element: range }, u: type.uuid }),
    ]);
    assert.deepEqual(objects(schema, 'type'), ['r', 'rs']);
  });
});
