import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { ApiError } from '../../../src/sandbox/errors/api-error.ts';
import { actionOf } from '../../../src/sandbox/request/action.ts';
import { csvToJson } from '../../../src/sandbox/request/csv.ts';
import {
  acceptedMediaTypes,
  contentType,
  mediaTypeName,
  parseMediaType,
} from '../../../src/sandbox/request/media-type.ts';
import { parsePreferences, preferenceApplied } from '../../../src/sandbox/request/preferences.ts';
import { parseQueryParameters } from '../../../src/sandbox/request/query-parameters.ts';
import { canonicalQuery, queryPairs } from '../../../src/sandbox/request/query-string.ts';
import type { RowRange } from '../../../src/sandbox/request/range.ts';
import { capped, limitOf, parameterRanges, requestedRange } from '../../../src/sandbox/request/range.ts';

function codeOf(work: () => unknown): string {
  try {
    work();
  } catch (failure) {
    if (failure instanceof ApiError) return `${failure.status} ${failure.body.code}`;
    throw failure;
  }
  return 'fine';
}

describe('query strings', () => {
  it('decodes percent and plus in names and values, and leaves what is no escape', () => {
    assert.deepEqual(queryPairs('a+b=c%2Bd&e=%zz&f&g=%F0%9F%99%82=&&h='), [
      { name: 'a b', value: 'c+d' },
      { name: 'e', value: '%zz' },
      { name: 'f', value: undefined },
      { name: 'g', value: '🙂=' },
      { name: 'h', value: '' },
    ]);
  });

  it('repeats the parameters sorted by name', () => {
    assert.equal(canonicalQuery(queryPairs('b=2&a=x%20y')), 'a=x%20y&b=2');
  });

  it('tells filters, trees, orders and arguments apart', () => {
    const pairs = queryPairs(
      'id=eq.1&rel.name=like.a*&not.or=(a.eq.1,b.eq.2)&rel.order=name&n=5&select=id&columns=a',
    );
    const parsed = parseQueryParameters(pairs, true);
    assert.deepEqual(
      parsed.filters.map(({ path, value }) => [...path, value.field.name].join('.')),
      ['id', 'rel.name'],
    );
    assert.deepEqual(parsed.arguments, [['n', '5']]);
    assert.deepEqual(parsed.logic[0]?.value.kind === 'group' && parsed.logic[0].value.negated, true);
    assert.deepEqual(parsed.order[0]?.path, ['rel']);
    assert.deepEqual(parsed.columns, ['a']);
    assert.equal(
      codeOf(() => parseQueryParameters(pairs, false)),
      '400 PGRST100',
    );
  });
});

describe('ranges', () => {
  const asked = (query: string, header?: string): RowRange =>
    requestedRange('GET', header, parameterRanges(queryPairs(query)));
  const text = ({ first, last }: RowRange): string => `${first}-${last ?? ''}`;

  it('joins limit, offset and the header', () => {
    assert.equal(text(asked('')), '0-');
    assert.equal(text(asked('limit=5&offset=10')), '10-14');
    assert.equal(text(asked('offset=3')), '3-');
    assert.equal(text(asked('limit=3', '1-9')), '1-2');
    assert.equal(text(asked('', '5-')), '5-');
    assert.equal(text(asked('limit=nonsense', 'items=0-1')), '0-');
    assert.equal(text(requestedRange('POST', '5-9', new Map())), '0-');
  });

  it('admits a limit of zero and no other empty range', () => {
    assert.equal(limitOf(asked('limit=0')), 0n);
    assert.equal(limitOf(capped(asked('limit=0'), 1000)), 0n);
    for (const query of ['limit=-1', 'limit=0&offset=5'])
      assert.equal(
        codeOf(() => asked(query)),
        '416 PGRST103',
      );
    assert.equal(
      codeOf(() => asked('', '3-1')),
      '416 PGRST103',
    );
  });

  it('caps the rows without moving them', () => {
    assert.equal(text(capped(asked('offset=10'), 1000)), '10-1009');
    assert.equal(text(capped(asked('limit=5'), 1000)), '0-4');
  });

  it('keeps the ranges of embedded resources apart', () => {
    assert.deepEqual(
      [...parameterRanges(queryPairs('a.limit=1&a.b.offset=2'))],
      [
        ['a.b', { first: 2n, last: undefined }],
        ['a', { first: 0n, last: 0n }],
      ],
    );
  });
});

describe('preferences', () => {
  const timezones = new Set(['America/New_York']);

  it('takes the first of each kind and lists what it does not know', () => {
    const parsed = parsePreferences(
      'return=minimal, return=representation,count=exact , nonsense=1, timezone=America/New_York, timezone=Nowhere, max-affected=3',
      timezones,
    );
    assert.equal(parsed.representation, 'minimal');
    assert.equal(parsed.timezone, 'America/New_York');
    assert.equal(parsed.maxAffected, 3n);
    assert.deepEqual(parsed.invalid, ['nonsense=1']);
    assert.deepEqual(parsePreferences('timezone=Nowhere', timezones).invalid, ['timezone=Nowhere']);
    assert.deepEqual(parsePreferences(undefined, timezones).invalid, []);
  });

  it('says in a fixed order what was heeded, and never tx', () => {
    const parsed = parsePreferences('tx=rollback, count=exact, return=minimal, max-affected=3', timezones);
    assert.equal(
      preferenceApplied(parsed, ['count', 'representation', 'maxAffected']),
      'return=minimal, count=exact',
    );
    assert.equal(preferenceApplied(parsed, []), undefined);
  });
});

describe('media types', () => {
  it('knows PostgREST’s own with their parameters', () => {
    assert.deepEqual(parseMediaType('Application/vnd.PGRST.object+json; nulls=stripped'), {
      kind: 'object',
      withoutNulls: true,
    });
    assert.equal(
      contentType(parseMediaType('application/vnd.pgrst.object')),
      'application/vnd.pgrst.object+json; charset=utf-8',
    );
    assert.deepEqual(parseMediaType('application/vnd.pgrst.array+json'), { kind: 'json' });
    assert.equal(
      mediaTypeName(parseMediaType('application/vnd.pgrst.plan+json; for="text/csv"; options=wal|analyze')),
      'application/vnd.pgrst.plan+json; for="text/csv"; options=analyze|wal',
    );
    assert.equal(mediaTypeName(parseMediaType('text/html;level=1')), 'text/html;level=1');
  });

  it('prefers by quality, then by how specific they are', () => {
    const names = acceptedMediaTypes('*/*, text/csv;q=0.5, application/json').map(mediaTypeName);
    assert.deepEqual(names, ['application/json', '*/*', 'text/csv']);
    assert.deepEqual(acceptedMediaTypes(undefined).map(mediaTypeName), ['*/*']);
  });
});

describe('CSV bodies', () => {
  it('keeps every field a text but NULL', () => {
    const { json, columns } = csvToJson('a,"b ""c"""\r\n1,"x,\ny"\n\nNULL,""');
    assert.deepEqual(columns, ['a', 'b "c"']);
    assert.deepEqual(JSON.parse(json), [
      { a: '1', 'b "c"': 'x,\ny' },
      { a: null, 'b "c"': '' },
    ]);
    assert.deepEqual(csvToJson('a,b\n'), { json: '[]', columns: [] });
  });

  it('refuses uneven lines and stray quotes', () => {
    for (const text of ['a,b\n1', 'a\nx"y', 'a\n"x', ''])
      assert.equal(
        codeOf(() => csvToJson(text)),
        '400 PGRST102',
      );
  });
});

describe('paths and methods', () => {
  it('names the action', () => {
    assert.deepEqual(actionOf('GET', '/a%20b'), { kind: 'read', table: 'a b', headersOnly: false });
    assert.deepEqual(actionOf('POST', '/rpc/f'), { kind: 'call', routine: 'f', method: 'POST' });
    assert.deepEqual(actionOf('HEAD', '/'), { kind: 'describe', headersOnly: true });
    assert.deepEqual(actionOf('GET', '/rpc'), { kind: 'read', table: 'rpc', headersOnly: false });
  });

  it('refuses what means nothing', () => {
    assert.equal(
      codeOf(() => actionOf('GET', '/a/b')),
      '404 PGRST125',
    );
    assert.equal(
      codeOf(() => actionOf('GET', '/people/')),
      '404 PGRST125',
    );
    assert.equal(
      codeOf(() => actionOf('PUT', '/rpc/f')),
      '405 PGRST101',
    );
    assert.equal(
      codeOf(() => actionOf('POST', '/')),
      '405 PGRST117',
    );
  });
});
