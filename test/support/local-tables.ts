/** Local tables made from a model in memory, and compared with what SQLite itself says about them. */
import assert from 'node:assert/strict';
import Database from 'better-sqlite3';
import { quoteLiteral } from '../../src/core/schema/identifiers.ts';
import type {
  LocalSchema,
  LocalSelection,
  LocalTable,
  SchemaNote,
} from '../../src/core/schema/local-schema.ts';
import { localSchemaOf } from '../../src/core/schema/local-schema.ts';
import type { Table } from '../../src/core/schema/model.ts';
import { tableKey } from '../../src/core/schema/model.ts';
import { catalogOf } from './catalog.ts';

/** Creates everything of the schema. */
export function createLocalSchema(database: Database.Database, schema: LocalSchema): void {
  for (const table of schema.tables) {
    database.exec(table.createSql);
    for (const index of table.indexes) database.exec(index.sql);
  }
}

/** The local schema of all the tables, created in memory and compared with what SQLite says. */
export function createLocally(
  tables: readonly Table[],
  options: Partial<LocalSelection> = {},
): { readonly schema: LocalSchema; readonly database: Database.Database } {
  const schema = localSchemaOf(catalogOf(...tables), {
    tables: tables.map(({ name }) => tableKey(name)),
    ...options,
  });
  const database = new Database(':memory:');
  createLocalSchema(database, schema);
  for (const local of schema.tables) assertCreatedAsModelled(database, local);
  return { schema, database };
}

/** The objects of the notes of one kind. */
export function noted(schema: LocalSchema, kind: SchemaNote['kind']): readonly string[] {
  return schema.notes.filter((note) => note.kind === kind).map((note) => note.object);
}

interface ColumnPragma {
  readonly name: string;
  readonly type: string;
  readonly notnull: number;
  readonly pk: number;
}

interface ForeignKeyPragma {
  readonly id: number;
  readonly seq: number;
  readonly table: string;
  readonly from: string;
  readonly to: string;
  readonly on_update: string;
  readonly on_delete: string;
}

interface IndexPragma {
  readonly name: string;
  readonly unique: number;
  readonly origin: 'c' | 'u' | 'pk';
}

/** Fails unless SQLite sees in the created table what the model says. */
export function assertCreatedAsModelled(database: Database.Database, table: LocalTable): void {
  const pragma = <Row>(name: string, argument = table.name) =>
    database
      .prepare<[], Row>(`select * from pragma_${name}(${quoteLiteral(argument)})`)
      .safeIntegers(false)
      .all();

  const columns = pragma<ColumnPragma>('table_xinfo');
  assert.deepEqual(
    columns.map(({ name, type }) => [name, type]),
    table.columns.map(({ name, declaredType }) => [name, declaredType]),
  );
  const key = columns.filter(({ pk }) => pk > 0).sort((a, b) => a.pk - b.pk);
  assert.deepEqual(
    key.map(({ name }) => name),
    table.primaryKey,
  );
  for (const [index, { notnull, name }] of columns.entries()) {
    const source = table.columns[index]!.source;
    const isRequired =
      table.primaryKey.includes(name) || (!source.nullable && source.generatedExpression === undefined);
    assert.equal(notnull === 1, isRequired, `NOT NULL of ${name}`);
  }

  const parts = pragma<ForeignKeyPragma>('foreign_key_list').sort((a, b) => a.id - b.id || a.seq - b.seq);
  const seen = parts
    .filter(({ seq }) => seq === 0)
    .map((first) => {
      const own = parts.filter(({ id }) => id === first.id);
      return {
        columns: own.map(({ from }) => from),
        parent: first.table,
        referenced: own.map(({ to }) => to),
        onDelete: first.on_delete.toLowerCase(),
        onUpdate: first.on_update.toLowerCase(),
      };
    });
  const modelled = table.foreignKeys.map(({ columns: own, references, onDelete, onUpdate }) => ({
    columns: own,
    parent: references.name,
    referenced: references.columns,
    onDelete,
    onUpdate,
  }));
  assert.deepEqual(sorted(seen), sorted(modelled));

  const indexes = pragma<IndexPragma>('index_list');
  const uniques = indexes
    .filter(({ origin }) => origin === 'u')
    .map(({ name }) => pragma<{ name: string }>('index_info', name).map((column) => column.name));
  const distinct = new Set(table.uniques.map(({ columns: own }) => JSON.stringify(own)));
  assert.deepEqual(sorted(uniques), sorted([...distinct].map((own) => JSON.parse(own) as string[])));
  assert.deepEqual(
    sorted(indexes.filter(({ origin }) => origin === 'c').map(({ name }) => name)),
    sorted(table.indexes.map(({ name }) => name)),
  );
}

function sorted<T>(items: readonly T[]): readonly T[] {
  return [...items].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}
