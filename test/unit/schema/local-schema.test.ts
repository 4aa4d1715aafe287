import assert from 'node:assert/strict';
import { localSchemaOf } from '../../../src/core/schema/local-schema.ts';
import type { Column, Table } from '../../../src/core/schema/model.ts';
import { catalogOf, index, required, table, type } from '../../support/catalog.ts';
import { createLocally as create, noted as objects } from '../../support/local-tables.ts';

const withColumns = (source: Table, change: (column: Column) => Partial<Column>): Table => ({
  ...source,
  columns: source.columns.map((column) => ({ ...column, ...change(column) })),
});

describe('localSchemaOf', () => {
  it('creates what Chinook has: keys, references, a join table, a self-reference', () => {
    const { schema, database } = create([
      table(
        'playlist_track',
        { playlist_id: type.int, track_id: type.int },
        {
          key: ['playlist_id', 'track_id'],
          references: [
            { columns: ['playlist_id'], table: 'playlist', to: ['playlist_id'] },
            { columns: ['track_id'], table: 'track', to: ['track_id'], onDelete: 'cascade' },
          ],
          indexes: [index('playlist_track_track_id_idx', ['track_id'])],
        },
      ),
      table(
        'track',
        { track_id: type.int, name: required(type.text), unit_price: required(type.numeric) },
        { key: ['track_id'] },
      ),
      table('playlist', { playlist_id: type.int, name: type.text }, { key: ['playlist_id'] }),
      table(
        'employee',
        { employee_id: type.int, reports_to: type.int, hired: type.timestamptz },
        {
          key: ['employee_id'],
          references: [{ columns: ['reports_to'], table: 'employee', to: ['employee_id'] }],
        },
      ),
    ]);
    assert.deepEqual(schema.notes, []);
    assert.deepEqual(
      schema.tables.map(({ key }) => key),
      ['employee', 'playlist', 'track', 'playlist_track'],
    );
    database.exec(`insert into track values (1, 'one', '0.99'); insert into playlist values (1, 'p');
      insert into playlist_track values (1, 1); delete from track`);
    assert.equal(database.prepare('select count(*) from playlist_track').pluck().get(), 0);
  });

  it('makes every integer key of one column the rowid, so that SQLite numbers rows', () => {
    for (const bits of [16, 32, 64] as const) {
      const { database } = create([
        table('t', { id: { kind: 'integer', bits }, x: type.text }, { key: ['id'] }),
      ]);
      const { lastInsertRowid } = database.prepare("insert into t(x) values ('a')").run();
      assert.equal(database.prepare('select id from t').pluck().get(), Number(lastInsertRowid));
    }
  });

  it('requires the columns of every other key, which SQLite would let be NULL', () => {
    const { database } = create([
      table('by_text', { code: type.text }, { key: ['code'] }),
      table('by_two', { a: type.int, b: type.int }, { key: ['a', 'b'] }),
    ]);
    assert.throws(() => database.exec('insert into by_text values (null)'), /NOT NULL/);
    assert.throws(() => database.exec('insert into by_two values (1, null)'), /NOT NULL/);
  });

  it('leaves out the references that it cannot keep, and says why', () => {
    const keyed = table(
      'parent',
      { id: type.int, code: type.text, amount: type.numeric, label: type.citext },
      {
        key: ['id'],
        uniques: [['code'], ['amount'], ['label']],
      },
    );
    const child = table(
      'child',
      {
        id: type.int,
        p: type.int,
        c: type.text,
        a: type.numeric,
        l: type.text,
        gone: type.int,
        un: type.text,
      },
      {
        key: ['id'],
        references: [
          { columns: ['p'], table: 'parent', to: ['id'], onDelete: 'set null' },
          { columns: ['c'], table: 'parent', to: ['code'] },
          { columns: ['a'], table: 'parent', to: ['amount'] },
          { columns: ['l'], table: 'parent', to: ['label'] },
          { columns: ['gone'], table: 'elsewhere', to: ['id'] },
          { columns: ['un'], table: 'nokey', to: ['x'] },
          { columns: ['id'], table: 'child', to: ['id'] },
        ],
      },
    );
    const nokey = table('nokey', { x: type.text });
    const { schema } = create([keyed, child, nokey], {
      excludedColumns: new Map([['child', new Set(['c'])]]),
    });
    const kept = schema.tables.find(({ key }) => key === 'child')?.foreignKeys.map(({ name }) => name);
    assert.deepEqual(kept, ['child_p_fkey', 'child_id_fkey']);
    assert.deepEqual(objects(schema, 'foreign-key'), [
      'child_c_fkey',
      'child_a_fkey',
      'child_l_fkey',
      'child_gone_fkey',
      'child_un_fkey',
    ]);
    assert.deepEqual(objects(schema, 'key'), ['nokey']);
  });

  it('refers to unique columns and unique indexes too, in any order', () => {
    const parent = table(
      'parent',
      { id: type.int, a: type.int, b: type.text, c: type.uuid },
      {
        key: ['id'],
        uniques: [['a', 'b']],
        indexes: [index('parent_c', ['c'], true)],
      },
    );
    const child = table(
      'child',
      { x: type.text, y: type.int, z: type.uuid },
      {
        references: [
          { columns: ['x', 'y'], table: 'parent', to: ['b', 'a'], onDelete: 'cascade' },
          { columns: ['z'], table: 'parent', to: ['c'] },
        ],
      },
    );
    const { database, schema } = create([parent, child]);
    assert.deepEqual(objects(schema, 'foreign-key'), []);
    database.exec("insert into parent values (1, 2, 'b', 'u'); insert into child values ('b', 2, 'u')");
    assert.throws(() => database.exec("insert into child values ('b', 3, 'u')"), /FOREIGN KEY/);
    assert.throws(() => database.exec("insert into child values ('b', 2, 'v')"), /FOREIGN KEY/);
  });

  it('refers to no column that is unique among some rows only', () => {
    const partial = { ...index('some', ['code'], true), predicate: '(code IS NOT NULL)' };
    const parent = table('parent', { id: type.int, code: type.int }, { key: ['id'], indexes: [partial] });
    const child = table(
      'child',
      { code: type.int },
      {
        references: [{ columns: ['code'], table: 'parent', to: ['code'] }],
      },
    );
    const { schema } = create([parent, child]);
    assert.deepEqual(objects(schema, 'foreign-key'), ['child_code_fkey']);
    const indexes = schema.tables.find(({ key }) => key === 'parent')!.indexes;
    assert.match(indexes[0]!.sql, /WHERE "code" IS NOT NULL$/);
  });

  it('leaves out checks and references that production does not hold all rows to', () => {
    const { schema } = create([
      {
        ...table('t', { id: type.int, up: type.int }, { key: ['id'] }),
        checks: [{ name: 'later', expression: '(id > 0)', notValid: true }],
        foreignKeys: [
          {
            name: 'up_later',
            columns: ['up'],
            references: { table: { schema: 'public', name: 't' }, columns: ['id'] },
            onDelete: 'no action',
            onUpdate: 'no action',
            notValid: true,
          },
        ],
      },
    ]);
    assert.deepEqual(schema.tables[0]!.checks, []);
    assert.deepEqual(schema.tables[0]!.foreignKeys, []);
    assert.deepEqual([...objects(schema, 'check'), ...objects(schema, 'foreign-key')], ['later', 'up_later']);
  });

  it('leaves out checks on masked columns, and the uniqueness of what is computed from them', () => {
    const lowered = {
      name: 'lowered',
      unique: true,
      method: 'btree',
      keys: [{ expression: 'lower(email)' }],
    };
    const { schema } = create(
      [
        table(
          'users',
          { id: type.int, email: type.text, age: type.int },
          {
            key: ['id'],
            uniques: [['email']],
            indexes: [lowered, index('plain', ['email'], true)],
            checks: [
              { name: 'has_at', expression: "(email ~~ '%@%'::text)" },
              { name: 'grown', expression: '(age >= 18)' },
            ],
          },
        ),
      ],
      { omitChecksOn: new Map([['users', new Set(['email'])]]) },
    );
    const [users] = schema.tables;
    assert.deepEqual(
      users!.checks.map(({ name, columns, origin }) => [name, columns, origin]),
      [['grown', ['age'], 'constraint']],
    );
    assert.deepEqual(objects(schema, 'check'), ['has_at']);
    assert.deepEqual(objects(schema, 'index'), ['lowered']);
    assert.match(users!.indexes[0]!.sql, /^CREATE INDEX "lowered"/);
    assert.match(users!.indexes[1]!.sql, /^CREATE UNIQUE INDEX "plain"/);
  });

  it('keeps a generated column as a plain one that may stay empty', () => {
    const source = withColumns(
      table('t', { id: type.int, total: required(type.int) }, { key: ['id'] }),
      ({ name }) => (name === 'total' ? { generatedExpression: '(id * 2)' } : {}),
    );
    const { schema, database } = create([source]);
    database.exec('insert into t(id) values (1)');
    assert.deepEqual(objects(schema, 'generated'), ['total']);
  });

  it('lets SQLite number what a sequence numbers, where it is the key, and says so elsewhere', () => {
    const source = withColumns(
      table('t', { id: type.bigint, no: type.int, code: type.bigint }, { key: ['id'] }),
      ({ name }) =>
        name === 'id'
          ? { identity: 'always' }
          : { defaultExpression: `nextval('public.t_${name}_seq'::regclass)` },
    );
    assert.deepEqual(objects(create([source]).schema, 'default'), ['no', 'code']);
  });

  it('notes what it keeps more weakly: NULLS NOT DISTINCT, numerics as keys, methods, missing keys', () => {
    const source = table(
      't',
      { id: type.numeric, a: type.text },
      {
        key: ['id'],
        indexes: [{ name: 'gin', unique: false, method: 'gin', keys: [{ column: 'a', descending: false }] }],
      },
    );
    const { schema } = create([
      { ...source, uniques: [{ name: 'u', columns: ['a'], nullsNotDistinct: true }] },
      table('none', { a: type.int }),
    ]);
    assert.deepEqual(objects(schema, 'unique'), ['t_pkey', 'u']);
    assert.deepEqual(objects(schema, 'index'), ['gin']);
    assert.deepEqual(objects(schema, 'key'), ['none']);
  });

  it('leaves out excluded columns with all that stands on them', () => {
    const { schema } = create(
      [
        table(
          't',
          { id: type.int, secret: type.text, other: type.text },
          {
            key: ['id'],
            uniques: [['secret', 'other']],
            indexes: [index('by_secret', ['other', 'secret'])],
            checks: [{ name: 'long', expression: '(length(secret) > 3)' }],
          },
        ),
        table('k', { id: type.int, x: type.text }, { key: ['id'] }),
        table('empty', { id: type.int }),
      ],
      {
        excludedColumns: new Map([
          ['t', new Set(['secret'])],
          ['k', new Set(['id'])],
          ['empty', new Set(['id'])],
        ]),
      },
    );
    assert.deepEqual(
      schema.tables.map(({ key, columns }) => [key, columns.map(({ name }) => name)]),
      [
        ['k', ['x']],
        ['t', ['id', 'other']],
      ],
    );
    assert.deepEqual(
      schema.notes.map(({ table: key, kind, object }) => [key, kind, object]),
      [
        ['empty', 'type', 'empty'],
        ['k', 'key', 'k_pkey'],
        ['t', 'check', 'long'],
        ['t', 'unique', 't_secret_other_key'],
        ['t', 'index', 'by_secret'],
      ],
    );
  });

  it('refuses a table that is not there', () => {
    assert.throws(() => localSchemaOf(catalogOf(), { tables: ['ghost'] }), { code: 'CONFIG_UNKNOWN_TABLE' });
  });
});
