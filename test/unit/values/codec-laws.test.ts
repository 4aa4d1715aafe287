import assert from 'node:assert/strict';
import fc from 'fast-check';
import { SynclineError } from '../../../src/core/errors.ts';
import type { PresentCell } from '../../../src/core/values/codec.ts';
import { codecFor } from '../../../src/core/values/codec.ts';
import { FAMILIES } from '../../support/postgres-texts.ts';

const RUNS = 300;

/** Canonical cells of a type: what `canonicalize` makes of texts that it understands. */
function canonicalCells(family: (typeof FAMILIES)[number]): fc.Arbitrary<PresentCell> {
  const codec = codecFor(family.type);
  const attempt = (text: string): PresentCell | undefined => {
    try {
      return codec.canonicalize(text);
    } catch (error) {
      if (error instanceof SynclineError && error.code === 'VALUE_UNREPRESENTABLE') return undefined;
      throw error;
    }
  };
  return family.texts.map(attempt).filter((cell) => cell !== undefined);
}

describe('codec laws', () => {
  for (const family of FAMILIES) {
    const codec = codecFor(family.type);
    const cells = canonicalCells(family);

    it(`${family.sql}: decoding what was encoded gives the cell`, () => {
      fc.assert(
        fc.property(cells, (cell) =>
          assert.deepEqual(codec.decodePostgres(codec.encodePostgres(cell)), cell),
        ),
        { numRuns: RUNS },
      );
    });

    it(`${family.sql}: a canonical cell stays as it is`, () => {
      fc.assert(
        fc.property(cells, (cell) => assert.deepEqual(codec.canonicalize(cell), cell)),
        { numRuns: RUNS },
      );
    });

    it(`${family.sql}: a cell and what it was decoded from compare alike`, () => {
      fc.assert(
        fc.property(cells, (cell) => {
          const decoded = codec.decodePostgres(codec.encodePostgres(cell));
          assert.deepEqual(codec.comparable(decoded), codec.comparable(cell));
        }),
        { numRuns: RUNS },
      );
    });
  }
});

describe('codec refusals', () => {
  const canary = 'canary-7f3a';
  const refusing = FAMILIES.filter(({ type }) => !['text', 'opaque', 'json'].includes(type.kind));

  for (const { sql, type } of refusing) {
    it(`${sql} refuses foreign text by type, and keeps the value to itself`, () => {
      const codec = codecFor(type);
      const actions = [
        () => codec.decodePostgres(`{"${canary}`),
        () => codec.canonicalize(`{"${canary}`),
        () => codec.canonicalize(new Uint8Array(7)),
      ];
      for (const action of type.kind === 'bytes' ? actions.slice(0, 2) : actions) {
        assert.throws(action, (error: unknown) => {
          assert.ok(error instanceof SynclineError);
          assert.equal(error.code, 'VALUE_UNREPRESENTABLE');
          assert.doesNotMatch(JSON.stringify([error.message, error.details, String(error.cause)]), /canary/);
          return true;
        });
      }
    });
  }

  it('refuses to encode a cell of another storage class', () => {
    for (const { type } of FAMILIES) {
      const wrong: PresentCell = type.kind === 'bytes' ? 'text' : new Uint8Array(1);
      assert.throws(() => codecFor(type).encodePostgres(wrong), { code: 'VALUE_UNREPRESENTABLE' });
    }
  });
});
