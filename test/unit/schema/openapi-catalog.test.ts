import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { SynclineError } from '../../../src/core/errors.ts';
import type { Table } from '../../../src/core/schema/model.ts';
import { parseOpenApiTables } from '../../../src/core/schema/openapi-catalog.ts';
import { openApiType } from '../../../src/core/schema/openapi-type.ts';
import { skip } from '../../support/skip.ts';

const RECORDINGS = new URL('../../../../shared/data/postgrest/cases.json', import.meta.url);

interface Recording {
  readonly name: string;
  readonly response: { readonly body: string };
}

describe("PostgREST's OpenAPI document", () => {
  let tables: readonly Table[] = [];
  const table = (name: string): Table => tables.find((each) => each.name.name === name)!;
  const column = (owner: string, name: string) => table(owner).columns.find((each) => each.name === name)!;

  before(function () {
    if (!existsSync(RECORDINGS)) skip(this, 'the recorded conversations with PostgREST are not here');
    const recordings = JSON.parse(readFileSync(RECORDINGS, 'utf8')) as readonly Recording[];
    const { response } = recordings.find((each) => each.name === 'root openapi')!;
    tables = parseOpenApiTables(JSON.parse(response.body), 'public');
  });

  it('lists the tables', () => {
    const names = tables.map((each) => each.name.name);
    assert.deepEqual(names, [
      'adults',
      'kinds',
      'membership',
      'nokey',
      'order',
      'people',
      'secrets',
      'sections',
    ]);
  });

  it('gives keys and foreign keys', () => {
    assert.deepEqual(table('membership').primaryKey?.columns, ['person_id', 'section_id']);
    assert.deepEqual(
      table('membership').foreignKeys.map((key) => [key.columns, key.references]),
      [
        [['person_id'], { table: { schema: 'public', name: 'people' }, columns: ['id'] }],
        [['section_id'], { table: { schema: 'public', name: 'sections' }, columns: ['id'] }],
      ],
    );
    assert.equal(table('nokey').primaryKey, undefined);
  });

  it('gives types', () => {
    const types = Object.fromEntries(table('kinds').columns.map((each) => [each.name, each.type]));
    assert.deepEqual(types['vc'], { kind: 'text', maxLength: 5 });
    assert.deepEqual(types['c'], { kind: 'text', padded: true, maxLength: 5 });
    assert.deepEqual(types['i8'], { kind: 'integer', bits: 64 });
    assert.deepEqual(types['ia'], { kind: 'array', element: { kind: 'integer', bits: 32 } });
    assert.deepEqual(types['e'], { kind: 'enum', name: 'mood', values: ['sad', 'ok', 'happy'] });
    assert.deepEqual(types['jb'], { kind: 'json', binary: true });
    assert.deepEqual(types['tz'], { kind: 'timestamp', zone: true });
    assert.deepEqual(types['r'], { kind: 'opaque', name: 'int4range' });
  });

  it('gives nullability and defaults', () => {
    assert.equal(column('people', 'email').nullable, false);
    assert.equal(column('people', 'full_name').nullable, true);
    assert.equal(column('people', 'mood').defaultExpression, "'ok'::public.mood");
    assert.equal(column('people', 'active').defaultExpression, 'true');
  });

  it('leaves views out that take no writes, and keeps comments apart from notes', () => {
    const document = {
      swagger: '2.0',
      paths: { '/v': { get: {} }, '/t': { get: {}, post: {} } },
      definitions: {
        v: { properties: { a: { format: 'integer' } } },
        t: {
          description: 'about t',
          required: ['id'],
          properties: {
            id: {
              format: 'uuid',
              default: 'gen_random_uuid()',
              description: 'the key\n\nNote:\nThis is a Primary Key.<pk/>',
            },
            note: { format: 'text', default: "it's", description: 'Note:\nnot a note' },
          },
        },
      },
    };
    const [only, ...others] = parseOpenApiTables(document, 'app');
    assert.deepEqual(others, []);
    assert.equal(only?.comment, 'about t');
    assert.deepEqual(only.columns, [
      {
        name: 'id',
        type: { kind: 'uuid' },
        postgresType: 'uuid',
        nullable: false,
        defaultExpression: 'gen_random_uuid()',
        comment: 'the key',
      },
      {
        name: 'note',
        type: { kind: 'text' },
        postgresType: 'text',
        nullable: true,
        defaultExpression: "'it''s'::text",
        comment: 'Note:\nnot a note',
      },
    ]);
  });

  it('is refused when it is something else', () => {
    for (const json of [null, [], {}, { openapi: '3.0' }]) {
      assert.throws(
        () => parseOpenApiTables(json, 'public'),
        (error) => error instanceof SynclineError && error.code === 'REMOTE_PROTOCOL',
      );
    }
  });

  it('names types of other schemas', () => {
    assert.deepEqual(openApiType('extensions.citext', undefined, undefined), {
      kind: 'text',
      caseInsensitive: true,
    });
    assert.deepEqual(openApiType('"My App"."My ""Enum"', undefined, ['a']), {
      kind: 'enum',
      name: 'My App.My "Enum',
      values: ['a'],
    });
    assert.deepEqual(openApiType('timestamp with time zone[]', undefined, undefined), {
      kind: 'array',
      element: { kind: 'timestamp', zone: true },
    });
  });
});
