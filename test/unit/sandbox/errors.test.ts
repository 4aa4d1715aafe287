import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { ConnectionError, SqlError } from '../../../src/sandbox/database/database.ts';
import { errorText } from '../../../src/sandbox/errors/api-error.ts';
import { closestName } from '../../../src/sandbox/errors/closest-name.ts';
import { databaseError, statusOf } from '../../../src/sandbox/errors/database-errors.ts';

describe('the HTTP status of an SQLSTATE', () => {
  const table: readonly [code: string, status: number, message?: string][] = [
    ['08006', 503],
    ['09000', 500],
    ['0L000', 403],
    ['0P000', 403],
    ['21000', 500],
    ['21000', 400, 'UPDATE requires a WHERE clause'],
    ['22023', 400],
    ['22023', 401, 'role "x" does not exist'],
    ['22P02', 400],
    ['23502', 400],
    ['23503', 409],
    ['23505', 409],
    ['25006', 405],
    ['25P02', 500],
    ['28000', 403],
    ['2D000', 500],
    ['38000', 500],
    ['39000', 500],
    ['3B000', 500],
    ['40001', 500],
    ['42501', 403],
    ['42883', 404],
    ['42883', 406, 'function xmlagg(record) does not exist'],
    ['42P01', 404],
    ['42P17', 500],
    ['53100', 503],
    ['53400', 500],
    ['54000', 500],
    ['55P03', 500],
    ['57014', 500],
    ['57P01', 503],
    ['58000', 500],
    ['F0000', 500],
    ['HV000', 500],
    ['P0001', 400],
    ['P0002', 500],
    ['XX000', 500],
    ['PT402', 402],
    ['PTxyz', 500],
    ['ZZZZZ', 400],
  ];
  for (const [code, status, message = ''] of table) {
    it(`${code}${message === '' ? '' : ` (${message})`} is ${status}`, () => {
      assert.equal(statusOf(code, message, true), status);
    });
  }

  it('tells anonymous requests to authenticate', () => {
    const error = databaseError(new SqlError({ code: '42501', message: 'permission denied' }), false);
    assert.equal(error.status, 401);
    assert.deepEqual(error.headers, [['WWW-Authenticate', 'Bearer']]);
  });
});

describe('errors that the database raises', () => {
  const raised = (message: string, detail?: string) =>
    databaseError(new SqlError({ code: 'PGRST', message, detail }), true);

  it('may be whole responses', () => {
    const error = raised(
      '{"code":"123","message":"Payment Required","hint":"pay"}',
      '{"status":402,"status_text":"Pay","headers":{"X-Why":"because"}}',
    );
    assert.equal(error.status, 402);
    assert.equal(error.statusText, 'Pay');
    assert.deepEqual(error.headers, [['X-Why', 'because']]);
    assert.equal(
      errorText(error.body),
      '{"code":"123","details":null,"hint":"pay","message":"Payment Required"}',
    );
  });

  it('are refused when those are not understood', () => {
    assert.equal(raised('no json', '{}').body.details, "Invalid JSON value for MESSAGE: 'no json'");
    const message = '{"code":"1","message":"m"}';
    assert.equal(raised(message).body.details, 'DETAIL is missing in the RAISE statement');
    assert.equal(
      raised(message, '{"status":"402"}').body.details,
      `Invalid JSON value for DETAIL: '{"status":"402"}'`,
    );
    assert.equal(raised(message, '{').status, 500);
  });

  it('say when there was no connection', () => {
    const error = (kind: 'unreachable' | 'pool-exhausted' | 'lost') =>
      databaseError(new ConnectionError(kind, 'why'), true);
    assert.deepEqual([error('unreachable').status, error('unreachable').body.code], [503, 'PGRST000']);
    assert.deepEqual([error('lost').status, error('lost').body.code], [503, 'PGRST001']);
    assert.deepEqual([error('pool-exhausted').status, error('pool-exhausted').body.code], [504, 'PGRST003']);
  });

  it('are no excuse for bugs', () => {
    assert.throws(() => databaseError(new TypeError('a bug'), true), TypeError);
  });
});

describe('the closest name', () => {
  it('shares letters in a row and most of the rest', () => {
    assert.equal(closestName('peeple', ['people', 'sections']), 'people');
    assert.equal(closestName('garlic', ['articles', 'zebra']), 'articles');
    assert.equal(closestName('(b)', ['(a, b)']), '(a, b)');
    assert.equal(closestName('PEOPLE', ['people']), 'people');
  });

  it('is nothing when none is close', () => {
    assert.equal(closestName('noclosealternative', ['films', 'actors']), undefined);
    assert.equal(closestName('x', []), undefined);
  });
});
