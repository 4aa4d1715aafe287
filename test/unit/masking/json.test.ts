import assert from 'node:assert/strict';
import fc from 'fast-check';
import { maskJsonText } from '../../../src/core/masking/json-mask.ts';
import { codecFor } from '../../../src/core/values/codec.ts';
import { JSONB, maskValues, TEXT, testKey } from './tables.ts';

function masked(document: unknown, name = 'data'): unknown {
  const [text] = maskValues('json', [JSON.stringify(document)], {
    type: { kind: 'json', binary: false },
    name,
  });
  return JSON.parse(String(text));
}

describe('JSON walk', () => {
  const identity = {
    string: (text: string) => text,
    number: (text: string) => text,
    name: (text: string) => text,
  };

  it('changes nothing by itself: spaces, duplicate names, numbers and escapes stay as they are written', () => {
    const written =
      ' {"a" : 1.50, "a":[1e400, -0, 9007199254740993], "__proto__": {"\\u0041\\n": "x\\"\\\\"}, "": [ ] } ';
    assert.equal(maskJsonText(written, identity), written);
    fc.assert(fc.property(fc.json(), (text) => assert.equal(maskJsonText(text, identity), text)));
  });

  it('shows every string and number with the names around it', () => {
    const seen: string[] = [];
    const note = (value: string, place: { name: string | undefined; parent: string | undefined }): string => {
      seen.push(`${place.parent ?? '-'}/${place.name ?? '-'}=${value}`);
      return value;
    };
    maskJsonText('{"a":{"b":"1","c":[2,{"d":"3"},"4"]},"e":"5"}', {
      ...identity,
      string: note,
      number: note,
    });
    assert.deepEqual(seen, ['a/b=1', 'a/c=2', 'c/d=3', 'a/c=4', '-/e=5']);
  });

  it('goes as deep as a document does', () => {
    const deep = `${'['.repeat(50_000)}"x"${']'.repeat(50_000)}`;
    assert.equal(maskJsonText(deep, { ...identity, string: () => 'y' }), deep.replace('x', 'y'));
  });
});

describe('json', () => {
  it('masks every string by its name or its look, else as filler, and keeps numbers, booleans and structure', () => {
    const result = masked({
      user: { name: 'Ada Lovelace', email: 'ada@x.test', verified: true, age_limit: 18 },
      tags: ['one two', 'ada@x.test'],
      status: 'active',
      id: 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11',
      at: '2024-01-02T03:04:05Z',
      count: 3,
      nothing: null,
      empty: '',
    }) as Record<string, unknown>;
    const user = result['user'] as Record<string, unknown>;
    assert.match(String(user['name']), /^[A-Z][a-z]+ [A-Z][a-z]+$/);
    assert.notEqual(user['name'], 'Ada Lovelace');
    assert.deepEqual(
      [user['email'], user['verified'], user['age_limit']],
      [maskValues('email', ['ada@x.test'])[0], true, 18],
    );
    const tags = result['tags'] as string[];
    assert.match(tags[0]!, /^[a-z ]{7}$/);
    assert.equal(tags[1], user['email']);
    const { status, id, at, count, nothing, empty } = result;
    assert.deepEqual(
      { status, id, at, count, nothing, empty },
      {
        status: 'active',
        id: 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11',
        at: '2024-01-02T03:04:05Z',
        count: 3,
        nothing: null,
        empty: '',
      },
    );
  });

  it('masks numbers under a personal name and keeps every digit of the others', () => {
    const [text] = maskValues(
      'json',
      ['{"phone": 4930123456, "salary": 51000.50, "n": 9007199254740993, "x": 1.10}'],
      { type: JSONB },
    );
    const [, phone, salary, rest] =
      /^\{"phone": (\d{10}), "salary": (\d+\.\d\d), (.*)\}$/.exec(String(text)) ?? [];
    assert.ok(phone !== undefined && phone !== '4930123456');
    assert.ok(salary !== '51000.50' && Math.abs(Number(salary) - 51_000.5) <= 5100.1);
    assert.equal(rest, '"n": 9007199254740993, "x": 1.10');
  });

  it('masks documents inside strings, and inside those', () => {
    const inner = JSON.stringify({ email: 'ada@x.test', more: JSON.stringify([{ phone: '+49 30 123456' }]) });
    const result = masked({ payload: inner }) as { payload: string };
    const opened = JSON.parse(result.payload) as { email: string; more: string };
    assert.equal(opened.email, maskValues('email', ['ada@x.test'])[0]);
    assert.deepEqual(JSON.parse(opened.more), [{ phone: maskValues('phone', ['+49 30 123456'])[0] }]);
  });

  it('masks names that are values', () => {
    const result = masked({
      'ada@x.test': 1,
      'Ada Lovelace': 2,
      '+49 30 123456': 3,
      plain_name: 4,
      '42': 5,
    }) as object;
    const names = Object.keys(result);
    assert.ok(names.includes('plain_name') && names.includes('42'));
    assert.ok(!names.some((name) => /ada|lovelace|123456/i.test(name)));
  });

  it('redacts secrets and special categories', () => {
    assert.deepEqual(masked({ password: 'x', api_key: 'y', religion: 'z' }), {
      password: '[redacted]',
      api_key: '[redacted]',
      religion: '[redacted]',
    });
  });

  it("stands a string without a name under the column's name", () => {
    assert.equal(masked('Ada Lovelace', 'full_name'), maskValues('full-name', ['Ada Lovelace'])[0]);
  });

  it('gives canonical documents, deterministically, without any string of six letters from before', () => {
    fc.assert(
      fc.property(fc.json(), fc.boolean(), (text, binary) => {
        const type = { kind: 'json', binary } as const;
        const codec = codecFor(type);
        const canonical = (() => {
          try {
            return String(codec.canonicalize(text));
          } catch {
            // jsonb refuses NUL and lone surrogates.
            return '{}';
          }
        })();
        const [one] = maskValues('json', [canonical], { type });
        assert.deepEqual(maskValues('json', [canonical], { type }), [one]);
        assert.equal(codec.canonicalize(String(one)), one);
        for (const [word] of canonical.matchAll(/(?<=": ?")[A-Za-z]{6,}(?=")/g))
          assert.ok(!String(one).includes(word));
      }),
    );
  });

  it('masks differently with another key', () => {
    const document = ['{"note": "a text to mask"}'];
    assert.notDeepEqual(
      maskValues('json', document, { type: JSONB }),
      maskValues('json', document, { type: JSONB, key: testKey(2) }),
    );
  });

  it('masks documents in text columns and in lists', () => {
    const [text] = maskValues('json', ['{"email":"ada@x.test"}'], { type: TEXT });
    assert.match(String(text), /^\{"email":"[a-z.]+@example\.com"\}$/);
    const [list] = maskValues('json', [JSON.stringify(['{"email": "ada@x.test"}', null, '"Ada"', '7'])], {
      type: { kind: 'array', element: JSONB },
    });
    const elements = JSON.parse(String(list)) as (string | null)[];
    assert.match(elements[0]!, /^\{"email": "[a-z.]+@example\.com"\}$/);
    assert.match(elements[2]!, /^"[a-z]{3}"$/);
    assert.deepEqual([elements[1], elements[3]], [null, '7']);
    const [texts] = maskValues('json', [JSON.stringify(['plain words', '{"email": "ada@x.test"}'])], {
      type: { kind: 'array', element: TEXT },
    });
    assert.ok(!/plain|words|ada/.test(String(texts)));
  });
});
