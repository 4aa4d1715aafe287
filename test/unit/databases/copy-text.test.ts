import assert from 'node:assert/strict';
import fc from 'fast-check';
import { SynclineError } from '../../../src/core/errors.ts';
import { copyTextParser } from '../../../src/databases/postgres/copy-text.ts';

/** What the server does: CopyAttributeOutText of its copyto.c. */
function copyLine(row: readonly (string | null)[]): string {
  const escapes: Record<string, string> = {
    '\\': '\\\\',
    '\b': '\\b',
    '\f': '\\f',
    '\n': '\\n',
    '\r': '\\r',
    '\t': '\\t',
    '\v': '\\v',
  };
  const field = (value: string): string =>
    value.replace(/[\\\b\f\n\r\t\v]/g, (character) => escapes[character] ?? character);
  return `${row.map((value) => (value === null ? '\\N' : field(value))).join('\t')}\n`;
}

function parseInPieces(bytes: Buffer, columns: number, cuts: readonly number[]): unknown[] {
  const parser = copyTextParser('users', columns);
  const rows: unknown[] = [];
  const ends = [...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
  let start = 0;
  for (const end of ends) {
    rows.push(...parser.push(bytes.subarray(start, end)).rows);
    start = end;
  }
  parser.end();
  return rows;
}

const text = fc.oneof(
  fc.string({ unit: 'binary' }).map((value) => value.replaceAll('\0', '').toWellFormed()),
  fc.constantFrom('', '\\N', '\\', 'N', '\\.', '\t\n\r\b\f\v', 'é🙂', "it's"),
  fc.constant(`${'long '.repeat(220)}é\t`),
);

describe('COPY text', () => {
  it('gives back what the server wrote, wherever the chunks are cut', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5 }).chain((columns) =>
          fc.record({
            columns: fc.constant(columns),
            rows: fc.array(fc.array(fc.option(text), { minLength: columns, maxLength: columns }), {
              maxLength: 8,
            }),
            cuts: fc.array(fc.nat(), { maxLength: 12 }),
          }),
        ),
        ({ columns, rows, cuts }) => {
          const bytes = Buffer.from(rows.map(copyLine).join(''), 'utf8');
          assert.deepEqual(parseInPieces(bytes, columns, cuts), rows);
        },
      ),
    );
  });

  it('gives back one row in chunks of one byte', () => {
    const row = ['🙂', null, '\\N', 'a\tb'];
    const bytes = Buffer.from(copyLine(row), 'utf8');
    const everywhere = Array.from({ length: bytes.length }, (_, index) => index);
    assert.deepEqual(parseInPieces(bytes, 4, everywhere), [row]);
  });

  it('counts the bytes of complete rows', () => {
    const parser = copyTextParser('users', 1);
    assert.equal(parser.push(Buffer.from('a\nbc\nd')).bytes, 5);
    assert.equal(parser.push(Buffer.from('ef\n')).bytes, 4);
  });

  const refusals: readonly [string, Buffer, string][] = [
    ['a row with too few fields', Buffer.from('a\n'), 'REMOTE_PROTOCOL'],
    ['a row with too many fields', Buffer.from('a\tb\tc\n'), 'REMOTE_PROTOCOL'],
    ['a last row without its end', Buffer.from('a\tb\nc\td'), 'REMOTE_PROTOCOL'],
    ['bytes that are not UTF-8', Buffer.from([0x61, 0x09, 0xff, 0x0a]), 'VALUE_UNREPRESENTABLE'],
  ];
  for (const [what, bytes, code] of refusals) {
    it(`refuses ${what}`, () => {
      assert.throws(
        () => parseInPieces(bytes, 2, []),
        (error) => error instanceof SynclineError && error.code === code && error.message.includes('users'),
      );
    });
  }
});
