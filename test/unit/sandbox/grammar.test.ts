import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { Filter, LogicTree } from '../../../src/sandbox/grammar/filter.ts';
import { filterCondition, logicTree } from '../../../src/sandbox/grammar/filter.ts';
import { columnList, fieldName, jsonPath } from '../../../src/sandbox/grammar/names.ts';
import { orderTerms } from '../../../src/sandbox/grammar/order.ts';
import type { Parser } from '../../../src/sandbox/grammar/parser.ts';
import { GrammarError, parseText } from '../../../src/sandbox/grammar/parser.ts';
import { selectList } from '../../../src/sandbox/grammar/select.ts';

/** Without the members that are undefined. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

function complaint(parser: Parser<unknown>, text: string): string {
  try {
    parseText(parser, text, 'x');
  } catch (failure) {
    if (failure instanceof GrammarError) return `${failure.message.replace('"x" ', '')}: ${failure.details}`;
    throw failure;
  }
  return 'parsed';
}

describe('the grammar of select', () => {
  const select = (text: string): unknown => plain(parseText(selectList, text, 'x'));
  const column = (name: string): unknown => ({ kind: 'field', field: { name, path: [] } });

  it('reads columns, quoted ones, aliases, casts and ways into json', () => {
    assert.deepEqual(select('id,"a ""b"'.replace('""', '\\"')), [column('id'), column('a "b')]);
    assert.deepEqual(select('key:data->a->>-1::text'), [
      {
        kind: 'field',
        field: {
          name: 'data',
          path: [
            { arrow: '->', operand: { kind: 'key', value: 'a' } },
            { arrow: '->>', operand: { kind: 'index', value: '-1' } },
          ],
        },
        alias: 'key',
        cast: 'text',
      },
    ]);
  });

  it('reads embedded resources with hints, joins, aliases and spreads, nested', () => {
    assert.deepEqual(select('*,who:people!key!inner(id,...sections(name))'), [
      column('*'),
      {
        kind: 'relation',
        name: 'people',
        alias: 'who',
        hint: 'key',
        inner: true,
        spread: false,
        children: [
          column('id'),
          { kind: 'relation', name: 'sections', inner: false, spread: true, children: [column('name')] },
        ],
      },
    ]);
    assert.deepEqual(select(''), []);
  });

  it('reads aggregates', () => {
    assert.deepEqual(select('n:count(),age.avg()'), [
      { kind: 'field', field: { name: '*', path: [] }, aggregate: 'count', alias: 'n' },
      { kind: 'field', field: { name: 'age', path: [] }, aggregate: 'avg' },
    ]);
  });

  it('complains as PostgREST does', () => {
    const endings = 'expecting letter, digit, "-", "->>", "->", "::", ".", ")", "," or end of input';
    assert.equal(complaint(selectList, 'name!hint'), `(line 1, column 5): unexpected '!' ${endings}`);
    assert.equal(
      complaint(selectList, 'id,clients(name[])'),
      `(line 1, column 16): unexpected '[' ${endings}`,
    );
    assert.equal(
      complaint(selectList, 'name::'),
      '(line 1, column 7): unexpected end of input expecting letter or digit',
    );
    assert.equal(complaint(selectList, 'data->>--34'), '(line 1, column 9): unexpected "-" expecting digit');
  });
});

describe('the grammar of names', () => {
  it('keeps dashes and inner spaces, and leaves arrows', () => {
    assert.equal(parseText(fieldName, ' a-b c ', 'x'), 'a-b c');
    assert.equal(parseText(fieldName, 'emoji🙂', 'x'), 'emoji');
    assert.equal(parseText(fieldName, 'a->b', 'x'), 'a');
    assert.deepEqual(parseText(columnList, '"a,b", c', 'x'), ['a,b', 'c']);
  });

  it('tells an index from a key', () => {
    assert.deepEqual(
      parseText(jsonPath, '->0->>10x', 'x').map((step) => step.operand),
      [
        { kind: 'index', value: '+0' },
        { kind: 'key', value: '10x' },
      ],
    );
  });
});

describe('the grammar of order', () => {
  it('reads directions, nulls, json and embedded resources', () => {
    assert.deepEqual(plain(parseText(orderTerms, 'a.desc.nullslast,b.nullsfirst,c(d->e)', 'x')), [
      { field: { name: 'a', path: [] }, direction: 'desc', nulls: 'nullslast' },
      { field: { name: 'b', path: [] }, nulls: 'nullsfirst' },
      { relation: 'c', field: { name: 'd', path: [{ arrow: '->', operand: { kind: 'key', value: 'e' } }] } },
    ]);
  });

  it('complains as PostgREST does', () => {
    const options = '"asc", "desc", "nullsfirst" or "nullslast"';
    assert.equal(complaint(orderTerms, 'id.ac'), `(line 1, column 4): unexpected "c" expecting ${options}`);
    assert.equal(
      complaint(orderTerms, 'id.asc.nlsfst'),
      '(line 1, column 8): unexpected "l" expecting "nullsfirst" or "nullslast"',
    );
    assert.equal(
      complaint(orderTerms, 'id.asc.nullslasttt'),
      `(line 1, column 17): unexpected 't' expecting "," or end of input`,
    );
  });
});

describe('the grammar of filters', () => {
  const condition = (text: string): unknown => plain(parseText(filterCondition, text, 'x'));

  it('takes the rest of the text as the value', () => {
    assert.deepEqual(condition('not.eq.a.b,"c")'), {
      negated: true,
      operation: { kind: 'quantifiable', operator: 'eq', value: 'a.b,"c")' },
    });
    assert.deepEqual(condition('like(any).{a*,b*}'), {
      negated: false,
      operation: { kind: 'quantifiable', operator: 'like', quantifier: 'any', value: '{a*,b*}' },
    });
  });

  it('reads lists whose quoted members may hold commas', () => {
    assert.deepEqual(condition('in.("a,b",c d,"e\\"f")'), {
      negated: false,
      operation: { kind: 'in', values: ['a,b', 'c d', 'e"f'] },
    });
    assert.deepEqual(condition('in.()'), { negated: false, operation: { kind: 'in', values: [''] } });
  });

  it('reads is, isdistinct and text search', () => {
    assert.deepEqual(condition('is.NOT_NULL'), {
      negated: false,
      operation: { kind: 'is', value: 'not_null' },
    });
    assert.deepEqual(condition('isdistinct.1'), {
      negated: false,
      operation: { kind: 'distinct', value: '1' },
    });
    assert.deepEqual(condition('wfts(english).a b'), {
      negated: false,
      operation: { kind: 'text-search', operator: 'wfts', language: 'english', value: 'a b' },
    });
  });

  it('complains as PostgREST does', () => {
    assert.equal(
      complaint(filterCondition, 'noop.0'),
      '(line 1, column 1): unexpected "o" expecting "not" or operator (eq, gt, ...)',
    );
    assert.equal(
      complaint(filterCondition, 'eq().v'),
      '(line 1, column 4): unexpected ")" expecting operator (eq, gt, ...)',
    );
    assert.equal(
      complaint(filterCondition, 'is.maybe'),
      '(line 1, column 4): unexpected "m" expecting isVal: (null, not_null, true, false, unknown)',
    );
  });
});

describe('the grammar of logic trees', () => {
  const describeTree = (tree: LogicTree): string => {
    if (tree.kind === 'group') {
      return `${tree.negated ? 'not ' : ''}${tree.operator}(${tree.members.map(describeTree).join(' ')})`;
    }
    const { field, negated, operation }: Filter = tree;
    const value = 'value' in operation ? operation.value : operation.values.join('|');
    return `${negated ? 'not ' : ''}${field.name}:${value}`;
  };
  const tree = (text: string): string => describeTree(parseText(logicTree, text, 'x'));

  it('reads nested groups, quoted values, lists and arrays', () => {
    assert.equal(
      tree('or(a.eq."x,y)", b.not.in.(1,2) ,not.and(c.cs.{1,2},d.is.null))'),
      'or(a:x,y) not b:1|2 not and(c:{1,2} d:null))',
    );
  });

  it('takes a column that begins like an operator for a column', () => {
    assert.equal(tree('and(and_starting.eq.1,or_starting.eq.2)'), 'and(and_starting:1 or_starting:2)');
  });

  it('complains as PostgREST does', () => {
    assert.equal(
      complaint(logicTree, 'or()'),
      '(line 1, column 4): unexpected ")" expecting field name (* or [a..z0..9_$]), negation operator (not) or logic operator (and, or)',
    );
    assert.equal(
      complaint(logicTree, 'or(id.eq.1,not.xor(id.eq.2,id.eq.3))'),
      '(line 1, column 16): unexpected "x" expecting logic operator (and, or)',
    );
  });
});
