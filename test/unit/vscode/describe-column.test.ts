import assert from 'node:assert/strict';
import {
  columnDescription,
  columnLabel,
  columnRole,
  columnTooltip,
} from '../../../src/vscode/tree/describe-column.ts';
import { column, newTable, pulledTable } from './table-status.ts';

const users = pulledTable();
const email = column('email', {
  transformer: 'email',
  detail: 'named like an address',
  postgresType: 'character varying(120)',
  nullable: true,
});
const guardian = column('guardian_id', { references: { table: 'auth.users', column: 'id' } });

describe('a column’s row', () => {
  it('says type, reference and mask', () => {
    assert.equal(columnDescription(email, users), 'varchar(120) · masked as email');
    assert.equal(columnDescription(guardian, users), 'bigint · → auth.users');
  });

  const types: readonly [string, string][] = [
    ['character varying', 'varchar'],
    ['character varying(40)[]', 'varchar(40)[]'],
    ['character(2)', 'char(2)'],
    ['timestamp with time zone', 'timestamptz'],
    ['timestamp(3) without time zone', 'timestamp(3)'],
    ['time without time zone', 'time'],
    ['double precision', 'float8'],
    ['characters', 'characters'],
    ['public.member_role[]', 'member_role[]'],
    ['extensions.citext', 'extensions.citext'],
  ];
  for (const [type, short] of types) {
    it(`shortens ${type} to ${short}`, () =>
      assert.equal(columnDescription(column('c', { postgresType: type }), users), short));
  }

  it('has the icon of what it is first of all', () => {
    const keyed = pulledTable({ primaryKey: ['email', 'guardian_id'] });
    assert.equal(columnRole(email, keyed), 'key');
    assert.equal(columnRole(guardian, users), 'reference');
    assert.equal(columnRole(email, users), 'masked');
    assert.equal(columnRole(column('n'), users), 'plain');
  });

  it('is read out whole', () => {
    assert.equal(columnLabel(email, users), 'email, character varying(120), masked as email');
    assert.equal(columnLabel(column('id'), users), 'id, bigint, primary key, not masked');
  });

  it('says why in its tooltip', () => {
    assert.match(columnTooltip(email, users), /may be NULL[^]*Masked with `email`: named like an address/);
    assert.match(columnTooltip(guardian, users), /refers to `auth\.users\.id`[^]*Passes through unmasked/);
  });

  it('claims nothing about masks before the first pull', () => {
    assert.equal(columnRole(email, newTable()), 'plain');
    assert.equal(columnLabel(email, newTable()), 'email, character varying(120)');
    assert.match(columnTooltip(email, newTable()), /the pull decides/);
  });
});
