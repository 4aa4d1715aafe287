/** The codecs against a real Postgres: what it prints is decoded, what is encoded it reads back as the same value. */
import assert from 'node:assert/strict';
import { PGlite } from '@electric-sql/pglite';
import fc from 'fast-check';
import { SynclineError } from '../../../src/core/errors.ts';
import { codecFor } from '../../../src/core/values/codec.ts';
import { FAMILIES } from '../../support/postgres-texts.ts';

const SAMPLES = 400;
const SEED = 20_240_229;

describe('codecs against Postgres', function () {
  this.timeout(120_000);
  let database: PGlite;

  before(async () => {
    database = await PGlite.create();
    // What Postgres prints of a text read as the type, or null when it refuses the text.
    await database.exec(`
      create function printed(value text, type text) returns text language plpgsql as $$
      declare result text;
      begin
        execute format('select format(''%%s'', $1::%s)', type) into result using value;
        return result;
      exception when others then return null;
      end $$;
      create function same(one text, two text, type text) returns boolean language plpgsql as $$
      declare result boolean;
      begin
        execute format('select $1::%1$s = $2::%1$s', type) into result using one, two;
        return result;
      end $$;`);
  });

  after(async () => {
    await database.close();
  });

  async function print(texts: readonly string[], sql: string): Promise<readonly (string | null)[]> {
    const answer = await database.query<{ printed: string | null }>(
      'select printed(value, $2) from json_array_elements_text($1::json) with ordinality order by ordinality',
      [JSON.stringify(texts), sql],
    );
    return answer.rows.map((row) => row.printed);
  }

  for (const { sql, type, texts, equality } of FAMILIES) {
    it(`${sql} is read and written back without loss`, async () => {
      const codec = codecFor(type);
      const given = fc.sample(texts, { numRuns: SAMPLES, seed: SEED });
      const printed = await print(given, sql);
      const read = printed.flatMap((text, index) =>
        text === null ? [] : [{ text, given: given[index] ?? '' }],
      );
      assert.ok(read.length > SAMPLES / 10, 'too few of the samples are values of the type');
      const cells = read.map(({ text }) => codec.decodePostgres(text));
      const again = await print(
        cells.map((cell) => codec.encodePostgres(cell)),
        sql,
      );
      let understood = 0;
      for (const [index, cell] of cells.entries()) {
        const { text, given: spelled } = read[index]!;
        assert.equal(again[index], text);
        assert.deepEqual(codec.canonicalize(cell), cell);
        const canonical = refusable(() => codec.canonicalize(spelled));
        if (canonical === undefined) continue;
        understood++;
        assert.deepEqual(canonical, cell, `${sql} spelled ${spelled}`);
      }
      assert.ok(understood > cells.length / 2, `${understood} of ${cells.length} spellings are understood`);
      if (equality === false) return;
      const pairs = read.map(({ text }, index) => [text, read[(index * 7 + 1) % read.length]!.text] as const);
      const answer = await database.query<{ same: boolean }>(
        `select same(pair ->> 0, pair ->> 1, $2) from json_array_elements($1::json) with ordinality as p(pair, n) order by n`,
        [JSON.stringify(pairs), sql],
      );
      for (const [index, [one, two]] of pairs.entries()) {
        const comparable = [one, two].map((text) => codec.comparable(codec.decodePostgres(text)));
        assert.equal(
          isEqual(comparable[0], comparable[1]),
          answer.rows[index]?.same,
          `${sql}: ${one} = ${two}`,
        );
      }
    });
  }

  for (const zone of ['Asia/Kolkata', 'America/St_Johns', 'Europe/Amsterdam']) {
    it(`timestamptz is one instant in the time zone ${zone}`, async () => {
      const family = FAMILIES.find(({ sql }) => sql === 'timestamptz')!;
      const given = fc.sample(family.texts, { numRuns: SAMPLES, seed: SEED });
      const codec = codecFor(family.type);
      const inUtc = await print(given, 'timestamptz');
      await database.exec(`set timezone = '${zone}'`);
      const inZone = await print(given, 'timestamptz');
      await database.exec(`set timezone = 'UTC'`);
      for (const [index, text] of inZone.entries()) {
        const utc = inUtc[index];
        if (text !== null && utc !== null && utc !== undefined) {
          assert.equal(codec.decodePostgres(text), codec.decodePostgres(utc));
        }
      }
    });
  }
});

/** What `work` gives; undefined when it refuses the value. */
function refusable<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (error instanceof SynclineError && error.code === 'VALUE_UNREPRESENTABLE') return undefined;
    throw error;
  }
}

function isEqual(a: unknown, b: unknown): boolean {
  try {
    assert.deepEqual(a, b);
    return true;
  } catch {
    return false;
  }
}
