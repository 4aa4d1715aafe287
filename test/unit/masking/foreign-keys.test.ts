import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Cell } from '../../../src/core/values/cell.ts';
import type { LogicalType } from '../../../src/core/schema/logical-type.ts';
import { expectError } from '../../support/expect-error.ts';
import {
  BIGINT,
  BYTES,
  catalog,
  column,
  foreignKey,
  INTEGER,
  maskOf,
  maskRows,
  planFor,
  table,
  TEXT,
  unique,
  varchar,
} from './tables.ts';

const required = { nullable: false };
const primary = (...columns: string[]) => ({ primaryKey: { name: 'pkey', columns } });

function domains(
  plan: ReturnType<typeof planFor>,
  ...columns: readonly (readonly [string, string])[]
): string[] {
  return columns.map(([tableName, name]) => {
    const { transformer, domain } = maskOf(plan, tableName, name);
    return `${transformer} of ${domain}`;
  });
}

describe('columns tied by foreign keys', () => {
  it('share a transformer and a domain: a natural key that is an e-mail address', () => {
    const users = table('users', [column('email', varchar(80), required)], primary('email'));
    const posts = table('posts', ['author', 'text'], {
      foreignKeys: [foreignKey('author', 'users', 'email')],
    });
    const plan = planFor(catalog(posts, users));
    assert.deepEqual(domains(plan, ['users', 'email'], ['posts', 'author']), [
      'email of email',
      'email of email',
    ]);
    assert.equal(maskOf(plan, 'posts', 'author').reason.detail, 'a foreign key ties it to users.email');
    assert.equal(maskOf(plan, 'posts', 'author').maxLength, 80);
    const [[parent]] = maskRows(plan, users, [['Ada@x.test']]) as [[string]];
    const [[child]] = maskRows(plan, posts, [['Ada@x.test', 'hello']]) as [[string]];
    assert.equal(child, parent);
  });

  it('transitively, over tables in between and over one that is not pulled', () => {
    const a = table('a', ['code'], { uniques: [unique('code')] });
    const b = table('b', ['a_code'], {
      uniques: [unique('a_code')],
      foreignKeys: [foreignKey('a_code', 'a', 'code')],
    });
    const c = table('c', ['reference'], { foreignKeys: [foreignKey('reference', 'b', 'a_code')] });
    const plan = planFor(catalog(c, b, a));
    const tied = domains(plan, ['a', 'code'], ['b', 'a_code'], ['c', 'reference']);
    assert.deepEqual(tied, ['key of key:a.code', 'key of key:a.code', 'key of key:a.code']);
    const absent = planFor(
      catalog(
        table('x', ['k'], { foreignKeys: [foreignKey('k', 'gone', 'k')] }),
        table('y', ['k'], { foreignKeys: [foreignKey('k', 'gone', 'k')] }),
      ),
    );
    assert.deepEqual(domains(absent, ['x', 'k'], ['y', 'k']), ['key of key:gone.k', 'key of key:gone.k']);
  });

  it('pairwise in composite keys', () => {
    const parents = table('parents', ['club', 'number', 'notes'], primary('club', 'number'));
    const children = table('children', ['a', 'b'], {
      foreignKeys: [foreignKey(['b', 'a'], 'parents', ['club', 'number'])],
    });
    const plan = planFor(catalog(parents, children));
    assert.deepEqual(domains(plan, ['children', 'a'], ['children', 'b']), [
      'key of key:parents.number',
      'key of key:parents.club',
    ]);
    const [[club, number]] = maskRows(plan, parents, [['Ockham', 'M-17', 'x']]) as [Cell[]];
    const [[a, b]] = maskRows(plan, children, [['M-17', 'Ockham']]) as [Cell[]];
    assert.deepEqual([b, a], [club, number]);
  });

  it('in circles and to themselves', () => {
    const a = table('a', ['k', 'l'], {
      uniques: [unique('k')],
      foreignKeys: [foreignKey('l', 'b', 'm'), foreignKey('k', 'a', 'k')],
    });
    const b = table('b', ['m'], { uniques: [unique('m')], foreignKeys: [foreignKey('m', 'a', 'k')] });
    const plan = planFor(catalog(a, b));
    assert.equal(new Set(domains(plan, ['a', 'k'], ['a', 'l'], ['b', 'm'])).size, 1);
  });

  it('whatever the types are called: citext and text, int and bigint, a narrow and a wide varchar', () => {
    const citext: LogicalType = { kind: 'text', caseInsensitive: true };
    const parents = table(
      'parents',
      [column('name', citext), column('ssn', INTEGER, required), column('code', varchar(30))],
      {
        uniques: [unique('name'), unique('ssn'), unique('code')],
      },
    );
    const children = table(
      'children',
      [column('parent', TEXT), column('parent_ssn', BIGINT), column('c', varchar(18))],
      {
        foreignKeys: [
          foreignKey('parent', 'parents', 'name'),
          foreignKey('parent_ssn', 'parents', 'ssn'),
          foreignKey('c', 'parents', 'code'),
        ],
      },
    );
    const plan = planFor(catalog(parents, children));
    const values: Cell[] = ['Ockham Park', 2_000_000_000n, 'a code of seventeen'.slice(0, 18)];
    const parentRow = maskRows(plan, parents, [values])[0];
    assert.deepEqual(maskRows(plan, children, [values])[0], parentRow);
    assert.ok(Number(parentRow?.[1]) <= 2_147_483_647 && String(parentRow?.[2]).length <= 18);
    const lower = maskRows(plan, children, [['OCKHAM PARK', null, null]])[0];
    assert.equal(lower?.[0], parentRow?.[0]);
  });

  it('are kept where they are keys without meaning, or codes known to be safe', () => {
    const plan = planFor(
      catalog(
        table('countries', ['iso', 'label'], primary('iso')),
        table('users', [column('id', BIGINT, required), 'country_code'], {
          ...primary('id'),
          foreignKeys: [foreignKey('country_code', 'countries', 'iso')],
        }),
        table('posts', [column('user_id', BIGINT)], { foreignKeys: [foreignKey('user_id', 'users', 'id')] }),
      ),
      {
        samples: {
          users: [
            [1n, 'DE'],
            [2n, 'FR'],
          ],
        },
      },
    );
    for (const [tableName, name] of [
      ['users', 'id'],
      ['posts', 'user_id'],
      ['users', 'country_code'],
      ['countries', 'iso'],
    ] as const) {
      assert.equal(maskOf(plan, tableName, name).transformer, 'keep');
    }
  });

  it('of bytea are hashed alike', () => {
    const parents = table('parents', [column('id', BYTES, required)], primary('id'));
    const children = table('children', [column('parent', BYTES)], {
      foreignKeys: [foreignKey('parent', 'parents', 'id')],
    });
    const plan = planFor(catalog(parents, children));
    const [key] = maskRows(plan, parents, [[new Uint8Array([1, 2, 3])]])[0]!;
    assert.deepEqual(maskRows(plan, children, [[new Uint8Array([1, 2, 3])]])[0], [key]);
    assert.notDeepEqual(key, new Uint8Array([1, 2, 3]));
  });
});

describe('rules on tied columns', () => {
  const users = table('users', ['email'], { uniques: [unique('email')] });
  const posts = table('posts', ['author'], { foreignKeys: [foreignKey('author', 'users', 'email')] });
  const tables = catalog(users, posts);

  it('hold for all of them', () => {
    const plan = planFor(tables, { rules: { posts: { author: 'hash' } } });
    assert.deepEqual(domains(plan, ['users', 'email'], ['posts', 'author']), [
      'hash of hash',
      'hash of hash',
    ]);
    assert.equal(maskOf(plan, 'users', 'email').reason.source, 'foreign-key');
  });

  it('must agree', async () => {
    const rules = { users: { email: 'email' }, posts: { author: 'hash' } };
    const error = await expectError('MASKING_IMPOSSIBLE', () => planFor(tables, { rules }));
    assert.match(error.message, /posts\.author.*ties it to users\.email, whose rule differs/);
  });

  it('do not lay open what another one holds', async () => {
    const error = await expectError('MASKING_IMPOSSIBLE', () =>
      planFor(tables, { rules: { posts: { author: 'keep' } } }),
    );
    assert.match(error.message, /users\.email.*posts\.author, which a rule keeps, but it looks personal/);
    const both = planFor(tables, { rules: { posts: { author: 'keep' }, users: { email: 'keep' } } });
    assert.equal(maskOf(both, 'users', 'email').transformer, 'keep');
  });

  it('may empty a reference, and nothing that others refer to', async () => {
    const plan = planFor(tables, { rules: { posts: { author: 'null' } } });
    assert.deepEqual(domains(plan, ['users', 'email'], ['posts', 'author']), [
      'email of email',
      'null of null',
    ]);
    const error = await expectError('MASKING_IMPOSSIBLE', () =>
      planFor(tables, { rules: { users: { email: 'null' } } }),
    );
    assert.match(error.message, /foreign keys refer to it/);
  });
});

describe('references', () => {
  it('stay intact: what pointed somewhere points there, and nowhere else', () => {
    const anyKey = fc.oneof(
      fc.emailAddress(),
      fc.stringMatching(/^[A-Z]{2,4}-\d{1,6}$/),
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 24 }).map((text) => text.replaceAll('\0', 'x')),
    );
    const names = fc.constantFrom(
      'email',
      'code',
      'username',
      'name',
      'phone',
      'company',
      'city',
      'token',
      'anything',
    );
    fc.assert(
      fc.property(
        names,
        fc.uniqueArray(anyKey, { minLength: 1, maxLength: 12 }),
        fc.infiniteStream(fc.nat(11)),
        (name, keys, picks) => {
          const parents = table('parents', [name], { uniques: [unique(name)] });
          const children = table('children', ['parent'], {
            foreignKeys: [foreignKey('parent', 'parents', name)],
          });
          const plan = planFor(catalog(parents, children));
          const chosen = [...picks.take(20)].map((pick) => keys[pick % keys.length]!);
          const maskedKeys = maskRows(
            plan,
            parents,
            keys.map((key) => [key]),
          ).map(([key]) => key);
          const maskedChosen = maskRows(
            plan,
            children,
            chosen.map((key) => [key]),
          ).map(([key]) => key);
          assert.equal(new Set(maskedKeys).size, keys.length);
          for (const [index, key] of maskedChosen.entries())
            assert.equal(key, maskedKeys[keys.indexOf(chosen[index]!)]);
        },
      ),
      { numRuns: 150 },
    );
  });
});
