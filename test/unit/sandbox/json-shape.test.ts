import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import type { JsonShape } from '../../../src/sandbox/request/json-shape.ts';
import { byCodePoints, jsonShape } from '../../../src/sandbox/request/json-shape.ts';

function shapeByParsing(text: string): JsonShape | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const keys = (member: unknown): string[] | undefined =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? Object.keys(member).sort(byCodePoints)
      : undefined;
  if (Array.isArray(value)) {
    const all = value.map(keys);
    const first = all[0] ?? [];
    if (all.some((each) => each?.join('\0') !== first.join('\0'))) return { kind: 'uneven' };
    return { kind: 'rows', keys: first, empty: all.length === 0 };
  }
  const own = keys(value);
  return own === undefined ? { kind: 'other' } : { kind: 'object', keys: own };
}

describe('the shape of a JSON body', () => {
  it('is that of the parsed text, for any JSON', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(undefined, 1, '\t'), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        assert.deepEqual(jsonShape(text), shapeByParsing(text));
      }),
    );
  });

  it('is refused exactly where JSON.parse refuses', () => {
    const fragment = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"a"',
      '"',
      '\\',
      '1',
      '-',
      '.5',
      'e3',
      'true',
      'nul',
      ' ',
    );
    fc.assert(
      fc.property(fc.array(fragment, { maxLength: 12 }), (fragments) => {
        const text = fragments.join('');
        assert.equal(jsonShape(text) === undefined, shapeByParsing(text) === undefined, text);
      }),
      { numRuns: 2000 },
    );
  });

  it('unescapes keys and takes a repeated one once', () => {
    assert.deepEqual(jsonShape('{"\\u0061\\"":1,"a\\"":2}'), { kind: 'object', keys: ['a"'] });
  });

  it('needs no stack for deep nesting and no memory for long texts', () => {
    const deep = '['.repeat(200_000) + ']'.repeat(200_000);
    assert.deepEqual(jsonShape(`{"a":${deep}}`), { kind: 'object', keys: ['a'] });
    assert.deepEqual(jsonShape(`{"a":"${'x'.repeat(5_000_000)}"}`), { kind: 'object', keys: ['a'] });
  });
});
