import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { filterCondition } from '../../../src/sandbox/grammar/filter.ts';
import { parseText } from '../../../src/sandbox/grammar/parser.ts';
import { treeSql } from '../../../src/sandbox/sql/condition-sql.ts';
import type { Statement } from '../../../src/sandbox/sql/fragment.ts';
import { bound, identifier, literal, rendered, sql, trusted } from '../../../src/sandbox/sql/fragment.ts';

function filterSql(name: string, condition: string, type = 'integer'): Statement {
  const filter = {
    kind: 'filter',
    field: { name, path: [] },
    ...parseText(filterCondition, condition, 'x'),
  } as const;
  const column = {
    name,
    type,
    declaredType: type,
    nullable: true,
    labels: [],
    description: undefined,
    maxLength: undefined,
    defaultExpression: undefined,
  };
  return rendered(treeSql(filter, { schema: 'public', name: 't' }, () => column));
}

describe('SQL fragments', () => {
  it('number their values in the order in which they stand', () => {
    const inner = sql`b = ${bound('2')}`;
    assert.deepEqual(rendered(sql`a = ${bound('1')} and ${inner} and c = ${bound(null)}`), {
      text: 'a = $1 and b = $2 and c = $3',
      values: ['1', '2', null],
    });
  });

  it('quote names and literals', () => {
    assert.equal(rendered(identifier('a"b\0c')).text, '"a""b"');
    assert.equal(rendered(literal("it's \\ here")).text, "E'it''s \\\\ here'");
    assert.equal(rendered(trusted('now()')).text, 'now()');
  });

  it('never write a filter’s value into the statement', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 3 }),
        fc.constantFrom('eq', 'neq', 'like', 'cs', 'isdistinct', 'fts'),
        (value, operator) => {
          const marked = `§${value}§`;
          const { text, values } = filterSql('c', `${operator}.${marked}`);
          assert.ok(!text.includes('§'));
          assert.deepEqual(values, [operator === 'like' ? marked.replaceAll('*', '%') : marked]);
        },
      ),
    );
  });
});

describe('filters as SQL', () => {
  it('compare the qualified column', () => {
    assert.deepEqual(filterSql('a"b', 'not.gte.5'), { text: 'not "public"."t"."a""b" >= $1', values: ['5'] });
    assert.deepEqual(filterSql('a', 'is.not_null'), { text: '"public"."t"."a" is not null', values: [] });
  });

  it('write lists as PostgreSQL’s arrays', () => {
    assert.deepEqual(filterSql('a', 'in.("x,y",{z},"q\\"\\\\")'), {
      text: '"public"."t"."a" = any($1)',
      values: ['{"x,y","{z}","q\\"\\\\"}'],
    });
    assert.deepEqual(filterSql('a', 'in.()'), { text: `"public"."t"."a" = any('{}')`, values: [] });
    assert.deepEqual(filterSql('a', 'like(all).{a*}'), {
      text: '"public"."t"."a" like all($1)',
      values: ['{a%}'],
    });
  });

  it('make a column searchable unless it is so already', () => {
    assert.equal(
      filterSql('a', 'fts(english).x', 'text').text,
      'to_tsvector($1, "public"."t"."a") @@ to_tsquery($2, $3)',
    );
    assert.equal(filterSql('a', 'plfts.x', 'tsvector').text, '"public"."t"."a" @@ plainto_tsquery($1)');
  });
});
