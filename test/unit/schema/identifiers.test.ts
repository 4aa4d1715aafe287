import assert from 'node:assert/strict';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import { foldName, quoteIdentifier, quoteLiteral } from '../../../src/core/schema/identifiers.ts';

const text = fc
  .string({ unit: 'binary', minLength: 1, maxLength: 20 })
  .filter((value) => !value.includes('\0'));

describe('identifiers and literals', () => {
  const database = new Database(':memory:');
  after(() => database.close());

  it('come back from SQLite as they were', () => {
    fc.assert(
      fc.property(text, text, (name, value) => {
        const row = database
          .prepare(`select ${quoteLiteral(value)} as ${quoteIdentifier(name)}`)
          .get() as object;
        assert.deepEqual(Object.entries(row), [[name, value]]);
      }),
    );
  });

  it('never hold a NUL, where SQLite would end the statement', () => {
    assert.throws(() => quoteIdentifier('a\0"; drop table x'), { code: 'INTERNAL' });
    assert.throws(() => quoteLiteral("a\0'"), { code: 'INTERNAL' });
  });

  it('fold as SQLite folds names: ASCII letters only', () => {
    const namesOneColumn = (one: string, two: string): boolean => {
      try {
        database.exec(
          `create table probe (${quoteIdentifier(one)}, ${quoteIdentifier(two)}); drop table probe`,
        );
        return false;
      } catch {
        return true;
      }
    };
    const letter = fc.constantFrom('a', 'A', 'é', 'É', 'z', 'Z', '[', '{', 'ß', 'K', 'k', '\u212a', '_');
    fc.assert(
      fc.property(
        fc.array(letter, { minLength: 1, maxLength: 3 }),
        fc.array(letter, { minLength: 1, maxLength: 3 }),
        (one, two) => {
          const [first, second] = [one.join(''), two.join('')];
          assert.equal(foldName(first) === foldName(second), namesOneColumn(first, second));
        },
      ),
      { numRuns: 500 },
    );
  });
});
