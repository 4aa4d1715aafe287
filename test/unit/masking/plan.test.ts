import assert from 'node:assert/strict';
import { maskedColumns, planMasking } from '../../../src/core/masking/plan.ts';
import { readMaskRule } from '../../../src/core/masking/rule.ts';
import { suggestRules } from '../../../src/core/masking/suggest.ts';
import type { LogicalType } from '../../../src/core/schema/logical-type.ts';
import type { Table } from '../../../src/core/schema/model.ts';
import { expectError } from '../../support/expect-error.ts';
import {
  BIGINT,
  catalog,
  column,
  DATE,
  foreignKey,
  INTEGER,
  JSONB,
  maskOf,
  maskRows,
  planFor,
  table,
  TEXT,
  unique,
  varchar,
} from './tables.ts';

const required = { nullable: false };

describe('mask rules', () => {
  it('are a name, or an object with options', () => {
    assert.deepEqual(readMaskRule('email', 'users.email'), { transformer: 'email' });
    assert.deepEqual(readMaskRule({ transformer: 'date-shift', days: 30 }, 'users.born'), {
      transformer: 'date-shift',
      options: { days: 30 },
    });
  });

  it('name a transformer that exists', async () => {
    const error = await expectError('CONFIG_UNKNOWN_TRANSFORMER', () =>
      readMaskRule('fullname', 'users.name'),
    );
    assert.match(
      error.message,
      /"users\.name".*"fullname".*Did you mean "full-name"\? There are: email, full-name/,
    );
  });

  it('have options that their transformer takes', async () => {
    for (const wrong of [
      { transformer: 'email', days: 3 },
      { transformer: 'date-shift', days: 0 },
      { transformer: 'hash', length: 200 },
      { days: 3 },
      7,
      null,
    ]) {
      const error = await expectError('CONFIG_INVALID', () => readMaskRule(wrong, 'users.name'));
      assert.match(error.message, /"users\.name"/);
    }
  });

  const users = table('users', [column('id', BIGINT, required), 'email', column('born', DATE)]);

  it('name a table that exists', async () => {
    const error = await expectError('CONFIG_UNKNOWN_TABLE', () => planFor(users, { rules: { User: {} } }));
    assert.match(error.message, /"User".*Did you mean "users"\? There are: users\./);
    assert.deepEqual(error.details['known'], ['users']);
  });

  it('name a column that exists', async () => {
    const wrong = { rules: { users: { emial: 'email' } } };
    const error = await expectError('CONFIG_UNKNOWN_COLUMN', () => planFor(users, wrong));
    assert.match(error.message, /"users".*"emial".*Did you mean "email"\? There are: id, email, born\./);
    const by = { rules: { users: { born: { transformer: 'date-shift', by: 'user' } } } };
    assert.match((await expectError('CONFIG_UNKNOWN_COLUMN', () => planFor(users, by))).message, /"user"/);
  });

  it('are looked at again when a plan is made', () =>
    expectError('CONFIG_UNKNOWN_TRANSFORMER', () => {
      const rule = JSON.parse('{"transformer":"emial"}') as { transformer: 'email' };
      const rules = new Map([['users', new Map([['email', rule]])]]);
      return planMasking({ catalog: catalog(users), rules, samples: new Map(), unclassified: 'mask' });
    }));

  it('win over the classification', () => {
    const plan = planFor(users, { rules: { users: { email: 'keep', id: 'key' } } });
    assert.deepEqual(maskedColumns(plan.tables.get('users')!), ['id', 'born']);
    assert.equal(maskOf(plan, 'users', 'email').reason.source, 'rule');
  });

  it('may put columns into one domain', () => {
    const plan = planFor(table('t', ['a', 'b', 'c']), {
      rules: {
        t: {
          a: { transformer: 'text', domain: 'codename' },
          b: { transformer: 'text', domain: 'codename' },
          c: 'text',
        },
      },
    });
    assert.deepEqual(
      plan.tables.get('t')!.columns.map(({ domain }) => domain),
      ['codename', 'codename', 'text'],
    );
  });
});

describe('what cannot be masked as a rule says', () => {
  const CASES: readonly (readonly [string, unknown, Table, RegExp])[] = [
    [
      'NULL where NULL is not allowed',
      'null',
      table('t', [column('a', TEXT, required)]),
      /Column t\.a: "null".*NOT NULL/,
    ],
    [
      'a telephone number in a boolean',
      'phone',
      table('t', [column('a', { kind: 'boolean' })]),
      /"phone" does not make values of type boolean/,
    ],
    [
      'one constant in a unique column',
      'redact',
      table('t', ['a'], { uniques: [unique('a')] }),
      /must be unique/,
    ],
    [
      'an address in a column that is too narrow',
      'email',
      table('t', [column('a', varchar(9))]),
      /needs 13 characters, and the column takes 9/,
    ],
    [
      'unique addresses in a narrow column',
      'email',
      table('t', [column('a', varchar(20))], { uniques: [unique('a')] }),
      /needs 26 characters to keep unique values apart/,
    ],
    [
      'noise on a unique number',
      'number-noise',
      table('t', [column('a', INTEGER)], { uniques: [unique('b', 'a')] }),
      /must be unique/,
    ],
    [
      'NULL that counts as a value',
      'null',
      table('t', ['a'], { uniques: [{ ...unique('a'), nullsNotDistinct: true }] }),
      /NULL included/,
    ],
    [
      'a short hash of unique values',
      { transformer: 'hash', length: 8 },
      table('t', ['a'], { uniques: [unique('a')] }),
      /"length" of at least 16/,
    ],
    [
      'unique dates by another column',
      { transformer: 'date-shift', by: 'a' },
      table('t', [column('a', DATE)], { uniques: [unique('a')] }),
      /leave "by" out/,
    ],
  ];
  for (const [what, rule, source, message] of CASES) {
    it(what, async () => {
      const error = await expectError('MASKING_IMPOSSIBLE', () =>
        planFor(source, { rules: { t: { a: rule } } }),
      );
      assert.match(error.message, message);
      assert.deepEqual([error.details['table'], error.details['column']], ['t', 'a']);
    });
  }

  it('and a column that nothing can mask says so', async () => {
    const tree: LogicalType = { kind: 'opaque', name: 'ltree' };
    const source = table('t', [column('path', tree, required)], {
      primaryKey: { name: 'p', columns: ['path'] },
    });
    const error = await expectError('MASKING_IMPOSSIBLE', () => planFor(source));
    assert.match(
      error.message,
      /Column t\.path: it should be masked, but .*Add a rule for it, or exclude it/,
    );
    assert.equal(
      maskOf(planFor(source, { rules: { t: { path: 'keep' } } }), 't', 'path').transformer,
      'keep',
    );
  });
});

describe('automatic masks give way to what a column demands', () => {
  it('narrow unique columns get a key, secrets that are unique a hash', () => {
    const plan = planFor(
      table(
        't',
        [column('email', varchar(20)), column('city', varchar(8)), column('token', TEXT, required)],
        {
          uniques: [unique('email'), unique('city'), unique('token')],
        },
      ),
    );
    assert.deepEqual(
      plan.tables.get('t')!.columns.map(({ transformer }) => transformer),
      ['key', 'key', 'hash'],
    );
  });

  it('members of composite keys and of unique indexes, also on expressions, are unique', () => {
    const plan = planFor(
      table('t', [column('org', BIGINT, required), 'first_name', 'last_name', 'notes', 'email', 'company'], {
        primaryKey: { name: 'p', columns: ['org', 'first_name'] },
        indexes: [
          {
            name: 'i',
            unique: true,
            method: 'btree',
            keys: [{ expression: `lower("last_name")` }, { column: 'email', descending: false }],
          },
          { name: 'j', unique: false, method: 'btree', keys: [{ column: 'company', descending: false }] },
        ],
      }),
    );
    const uniques = plan.tables
      .get('t')!
      .columns.filter((each) => each.unique)
      .map((each) => each.column);
    assert.deepEqual(uniques, ['org', 'first_name', 'last_name', 'email']);
  });

  it('a unique column of a domain makes the domain unique, in documents too', () => {
    const plan = planFor(
      catalog(
        table('people', ['full_name'], { uniques: [unique('full_name')] }),
        table('letters', ['recipient', column('narrow_contact_name', varchar(9)), column('data', JSONB)]),
      ),
    );
    assert.equal(maskOf(plan, 'letters', 'recipient').unique, true);
    assert.equal(maskOf(plan, 'letters', 'narrow_contact_name').unique, false);
    assert.deepEqual(maskOf(plan, 'letters', 'data').uniqueDomains, ['full-name']);
    const [[person]] = maskRows(plan, table('people', ['full_name']), [['Ada Lovelace']]) as [[string]];
    const [[inside]] = maskRows(plan, table('letters', [column('data', JSONB)]), [
      ['{"full_name": "Ada Lovelace"}'],
    ]) as [[string]];
    assert.equal(inside, `{"full_name": "${person}"}`);
  });
});

describe('generated columns', () => {
  const source = table('people', [
    'first_name',
    'last_name',
    column('born', DATE),
    column('status', TEXT),
    column('full_name', TEXT, { generatedExpression: "((first_name || ' '::text) || last_name)" }),
    column('sortable', TEXT, { generatedExpression: 'upper("last_name")' }),
    column('year', INTEGER, { generatedExpression: "(date_part('year'::text, born))::integer" }),
    column('label', TEXT, { generatedExpression: "upper(status) || ' first_name'::text" }),
    column('has_name', { kind: 'boolean' }, { generatedExpression: '(last_name IS NOT NULL)' }),
  ]);
  it('are masked when what they are computed from is', () => {
    const plan = planFor(source, {
      samples: { people: [['Ada', 'L', '1815-12-10', 'open', 'Ada L', 'L', 1815n, 'OPEN', 1n]] },
    });
    const masks = Object.fromEntries(
      plan.tables.get('people')!.columns.map((mask) => [mask.column, mask.transformer]),
    );
    assert.equal(masks['status'], 'keep');
    assert.deepEqual(
      [masks['full_name'], masks['sortable'], masks['year'], masks['label'], masks['has_name']],
      ['full-name', 'text', 'number-noise', 'keep', 'keep'],
    );
    assert.deepEqual(maskOf(plan, 'people', 'sortable').reason, {
      source: 'generated',
      detail: 'computed from last_name, which is masked',
    });
  });
});

describe('suggested rules', () => {
  it('are what the plan does, without what the file says already and what needs no rule', () => {
    const source = table('users', [
      column('id', BIGINT),
      'email',
      'notes',
      'status',
      column('lat', { kind: 'float', bits: 64 }),
    ]);
    const plan = planFor(source, {
      rules: { users: { notes: 'redact' } },
      samples: { users: [[1n, 'a@x.test', 'x', 'open', 1.5]] },
    });
    assert.deepEqual(suggestRules(plan), {
      users: { email: 'email', status: 'keep', lat: { transformer: 'number-noise', amount: 0.5, limit: 90 } },
    });
  });

  it('give the same masks when they are written down', () => {
    const tables = catalog(
      table(
        'users',
        [
          column('id', BIGINT),
          column('email', varchar(80), required),
          'name',
          'status',
          column('data', JSONB),
        ],
        {
          uniques: [unique('email')],
        },
      ),
      table('posts', ['author_email', 'body'], {
        foreignKeys: [foreignKey('author_email', 'users', 'email')],
      }),
    );
    const first = planFor(tables);
    const second = planFor(tables, { rules: suggestRules(first) });
    const essence = (plan: typeof first): unknown =>
      [...plan.tables.values()].map(({ columns }) => columns.map((mask) => ({ ...mask, reason: null })));
    assert.deepEqual(essence(second), essence(first));
  });
});

describe('a plan', () => {
  it('depends on its input alone', () => {
    const source = table('users', ['name', 'email', 'x', 'status']);
    const make = (): unknown => planFor(source, { samples: { users: [['a', 'b', 'c', 'd']] } });
    assert.deepEqual(make(), make());
  });

  it('copes with names of any kind', () => {
    const odd = ['order', 'a"b', 'ö 😀', '__proto__', 'constructor', ' ', 'a.b'];
    const source = table('select', odd, { uniques: [unique(...odd)] });
    const plan = planFor(source);
    assert.deepEqual(maskedColumns(plan.tables.get('select')!), odd);
    const [row] = maskRows(plan, source, [odd.map((name) => `value of ${name}`)]);
    assert.ok(row?.every((cell, index) => typeof cell === 'string' && cell !== `value of ${odd[index]!}`));
  });
});
