import assert from 'node:assert/strict';
import { quoteIdentifier } from '../../../src/core/schema/identifiers.ts';
import { index, table, type } from '../../support/catalog.ts';
import { createLocally as create, noted as objects } from '../../support/local-tables.ts';

describe('local names', () => {
  it('gives names that SQLite cannot tell apart a number, and says so', () => {
    const columns = { id: type.int, Name: type.text, name: type.text, name_2: type.text };
    const { schema } = create([
      table('Order', columns, { key: ['id'], indexes: [index('by_name', ['name'])] }),
      table('order', columns, { key: ['id'], indexes: [index('BY_NAME', ['Name']), index('ORDER', ['id'])] }),
      table('order_2', columns, { key: ['id'] }),
    ]);
    assert.deepEqual(
      schema.tables.map(({ key, name }) => [key, name]),
      [
        ['Order', 'Order'],
        ['order', 'order_3'],
        ['order_2', 'order_2'],
      ],
    );
    assert.deepEqual(
      schema.tables[0]!.columns.map(({ name }) => name),
      ['id', 'Name', 'name_3', 'name_2'],
    );
    assert.match(schema.tables[0]!.indexes[0]!.sql, /"name_3"/);
    assert.deepEqual(objects(schema, 'name'), ['name', 'name', 'order', 'name', 'BY_NAME', 'ORDER']);
  });

  it('keeps names that only other alphabets fold together', () => {
    const { schema } = create([table('É', { ß: type.int, SS: type.int }), table('é', { a: type.int })]);
    assert.deepEqual(schema.tables.map(({ name }) => name).sort(), ['É', 'é']);
    assert.deepEqual(objects(schema, 'name'), []);
  });

  it('takes any name: reserved, quoted, spaced, emoji, of another schema, of SQLite itself', () => {
    const names = [
      'order',
      'a "quoted" name',
      'emoji 🙂',
      "it's",
      'rowid',
      'a;b--c',
      'sqlite_master',
      '%',
      'é',
    ];
    const { schema, database } = create([
      ...names.map((name) =>
        table(name, Object.fromEntries(names.map((column) => [column, type.text])), {
          schema: name === 'é' ? 'other schema' : 'public',
          key: names.slice(0, 2),
          uniques: [names.slice(2, 4)],
          indexes: [index(`${name} index`, names), index(`sqlite_${name}`, ['order'])],
          references: [{ columns: names.slice(0, 2), table: 'order', to: names.slice(0, 2) }],
          checks: [{ name: `${name} check`, expression: '("a ""quoted"" name" <> \'\'::text)' }],
        }),
      ),
    ]);
    assert.equal(schema.tables.length, names.length);
    assert.deepEqual(
      objects(schema, 'name').filter((object) => !object.startsWith('sqlite_')),
      [],
    );
    for (const { name } of schema.tables) {
      database.exec(
        `insert into ${quoteIdentifier(name)} default values on conflict do nothing`.replace(
          'default values',
          `(${names.map(quoteIdentifier).join()}) values (${names.map(() => "'x'").join()})`,
        ),
      );
    }
    assert.ok(schema.tables.some(({ name }) => name === 'other schema.é'));
    assert.ok(schema.tables.some(({ name }) => name === '_sqlite_master'));
  });

  it('is the same whichever way the catalog lists the tables', () => {
    const tables = ['b', 'a', 'A', 'c'].map((name) =>
      table(
        name,
        { id: type.int, next: type.int },
        {
          key: ['id'],
          references: [{ columns: ['next'], table: name === 'a' ? 'c' : 'a', to: ['id'] }],
        },
      ),
    );
    const [one, two] = [tables, tables.toReversed()].map((order) => create(order).schema);
    assert.deepEqual(one, two);
  });
});
