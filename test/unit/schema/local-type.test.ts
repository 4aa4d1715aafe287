import assert from 'node:assert/strict';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import { quoteIdentifier } from '../../../src/core/schema/identifiers.ts';
import { comparesAlike, declaredTypeOf, typeCheckOf } from '../../../src/core/schema/local-type.ts';
import { codecFor } from '../../../src/core/values/codec.ts';
import { FAMILIES } from '../../support/postgres-texts.ts';

describe('local types', () => {
  for (const { sql, type, texts } of FAMILIES) {
    it(`a column for ${sql} gives back every canonical cell`, () => {
      const database = new Database(':memory:');
      database.defaultSafeIntegers();
      const check = typeCheckOf(type, quoteIdentifier('x'));
      database.exec(
        `create table t (x ${declaredTypeOf(type)} ${check === undefined ? '' : `check (${check})`})`,
      );
      const insert = database.prepare('insert into t values (?) returning x').pluck();
      const codec = codecFor(type);
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
});
