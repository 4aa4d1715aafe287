import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { JsonNode } from '../../../src/core/values/json-text.ts';
import { MOST_JSON_DEPTH, parseJsonText } from '../../../src/core/values/json-text.ts';

/** The JavaScript value of a node, as JSON.parse would give it. */
function valueOf(node: JsonNode): unknown {
  switch (node.kind) {
    case 'null':
      return null;
    case 'number':
      return Number(node.text);
    case 'array':
      return node.items.map(valueOf);
    case 'object':
      return Object.fromEntries(node.members.map(({ name, value }) => [name, valueOf(value)]));
    default:
      return node.value;
  }
}

function parsedByJavaScript(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return undefined;
  }
}

describe('parseJsonText', () => {
  it('understands what JSON.parse does, and as the same', () => {
    fc.assert(
      fc.property(fc.json(), fc.constantFrom(0, 2), (text, indent) => {
        const spaced = JSON.stringify(JSON.parse(text), undefined, indent);
        const node = parseJsonText(spaced);
        assert.ok(node !== undefined);
        assert.deepEqual(valueOf(node), JSON.parse(spaced));
      }),
    );
  });

  it('refuses what JSON.parse refuses', () => {
    const broken = fc
      .tuple(fc.json(), fc.nat(), fc.constantFrom('', ',', '"', '}', '0', '.', 'x', '\\', '\n', '-'))
      .map(([text, at, insert]) => {
        const place = at % (text.length + 1);
        return text.slice(0, place) + insert + text.slice(place + 1);
      });
    fc.assert(
      fc.property(broken, (text) => {
        assert.equal(parseJsonText(text) === undefined, parsedByJavaScript(text) === undefined, text);
      }),
      { numRuns: 2000 },
    );
  });

  it('keeps digits, duplicates and every name', () => {
    const node = parseJsonText('{"a":1.10,"a":12345678901234567890,"__proto__":{}}');
    assert.deepEqual(node, {
      kind: 'object',
      members: [
        { name: 'a', value: { kind: 'number', text: '1.10' } },
        { name: 'a', value: { kind: 'number', text: '12345678901234567890' } },
        { name: '__proto__', value: { kind: 'object', members: [] } },
      ],
    });
  });

  it('ends at the depth that SQLite reads', () => {
    const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
    assert.notEqual(parseJsonText(nested(MOST_JSON_DEPTH)), undefined);
    assert.equal(parseJsonText(nested(100_000)), undefined);
  });
});
