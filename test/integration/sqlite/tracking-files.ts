/** Tables of every kind that tracking has to do with, and whatever an app or an ORM may do to them. */
import type { ReferentialAction } from '../../../src/core/schema/model.ts';
import { quoteIdentifier as quoted, quoteLiteral } from '../../../src/core/schema/identifiers.ts';
import type { LocalDatabase } from '../../../src/core/local-ports.ts';
import type { Row } from '../../../src/core/values/cell.ts';
import { index, required, table, type } from '../../support/catalog.ts';
import { syncedFiles, type SyncedFiles } from '../../support/synced-files.ts';

const cascade: { onDelete: ReferentialAction } = { onDelete: 'cascade' };

export const TREE = table(
  'people "x" 😀',
  { id: required(type.bigint), email: type.citext, nick: required(type.text), boss: type.bigint },
  {
    key: ['id'],
    uniques: [['email'], ['nick', 'boss']],
    references: [{ columns: ['boss'], table: 'people "x" 😀', to: ['id'], ...cascade }],
  },
);
export const POSTS = table(
  'posts',
  {
    title: type.text,
    no: required(type.int),
    blog: required(type.text),
    author: type.bigint,
    slot: type.double,
  },
  {
    key: ['blog', 'no'],
    uniques: [['slot']],
    references: [{ columns: ['author'], table: 'people "x" 😀', to: ['id'], onDelete: 'set null' }],
    indexes: [index('posts_by_author', ['author'])],
  },
);
/** Its key compares without case, and the table is called like one of ours. */
export const WORDS = table(
  '_syncline_changes',
  { k: required(type.citext), v: type.bytea, slot: type.int },
  { key: ['k'], indexes: [{ ...index('slots', ['slot'], true), predicate: 'slot > 2' }] },
);
export const KEYLESS = table('notes', { line: type.text });

export const TABLES = [TREE, POSTS, WORDS, KEYLESS] as const;

const ROWS: readonly (readonly Row[])[] = [
  [
    [1n, 'a@x', 'ada', null],
    [2n, 'b@x', 'bob', 1n],
    [3n, 'c@x', 'cy', 2n],
    [4n, null, 'dee', 1n],
  ],
  [
    ['one', 1n, 'news', 1n, 1.5],
    ['two', 2n, 'news', 2n, 2],
    ['three', 1n, '😀', null, null],
  ],
  [
    ['One', new Uint8Array([1, 2]), 1n],
    ['two', null, 3n],
    ['tre', null, 4n],
  ],
  [['line']],
];

export function trackedFiles(local: LocalDatabase, folder: string): SyncedFiles {
  return syncedFiles(
    local,
    folder,
    TABLES.map((each, place) => ({ table: each, rows: ROWS[place] ?? [] })),
  );
}

type Pick = <Item>(items: readonly Item[]) => Item;

/** Values of each column, few enough for rows to collide. */
const VALUES: readonly Readonly<Record<string, readonly string[]>>[] = [
  {
    id: ['1', '2', '3', '4', '5', '6', 'NULL', '9223372036854775807'],
    email: [`'a@x'`, `'A@X'`, `'b@x'`, `'c@x'`, 'NULL'],
    nick: [`'ada'`, `'bob'`, `'cy'`, `'dee'`],
    boss: ['NULL', '1', '2', '3', '4'],
  },
  {
    title: [`'one'`, `'two'`, 'NULL'],
    no: ['1', '2', '3', '1.0'],
    blog: [`'news'`, `'😀'`, `'it''s'`, `x'6e657773'`],
    author: ['1', '2', '3', 'NULL'],
    slot: ['1', '1.5', '2', '3', 'NULL'],
  },
  {
    k: [`'one'`, `'ONE'`, `'two'`, `'tre'`, `'Four'`],
    v: [`x'0102'`, `x''`, 'NULL', `'text'`],
    slot: ['1', '2', '3', '4', '5', 'NULL'],
  },
  { line: [`'line'`, 'NULL'] },
];

/** A statement that writes rows; it may fail, as an app's statements do. */
export function writing(pick: Pick): string {
  const place = pick([0, 0, 1, 1, 2, 2, 3]);
  const values = VALUES[place] ?? {};
  const columns = Object.keys(values);
  const key = (TABLES[place]?.primaryKey?.columns ?? ['line']).map(quoted);
  const name = quoted(TABLES[place]?.name.name ?? '');
  const value = (column: string): string => pick(values[column] ?? []);
  const resolution = pick([
    '',
    '',
    ' OR REPLACE',
    ' OR REPLACE',
    ' OR IGNORE',
    ' OR FAIL',
    ' OR ABORT',
    ' OR ROLLBACK',
  ]);
  const where = (): string => {
    const column = pick(columns);
    return pick([
      `WHERE ${column} IS ${value(column)}`,
      `WHERE ${column} IS ${value(column)}`,
      'WHERE rowid = 2',
      '',
    ]);
  };
  const set = (): string =>
    [...new Set([pick(columns), pick(columns)])].map((column) => `${column} = ${value(column)}`).join(', ');
  const rows = (): string =>
    Array.from({ length: pick([1, 1, 3]) }, () => `(${columns.map(value).join(', ')})`).join(', ');
  return pick([
    () => `INSERT${resolution} INTO ${name} (${columns.join(', ')}) VALUES ${rows()}`,
    () => `INSERT${resolution} INTO ${name} (${columns.join(', ')}) VALUES ${rows()}`,
    () => `REPLACE INTO ${name} (${columns.join(', ')}) SELECT ${columns.join(', ')} FROM ${name} ORDER BY 1`,
    () => `INSERT INTO ${name} (${columns.join(', ')}) VALUES ${rows()} ON CONFLICT DO NOTHING`,
    () =>
      place === 3
        ? `UPDATE ${name} SET line = 'x'`
        : `INSERT INTO ${name} (${columns.join(', ')}) VALUES ${rows()} ON CONFLICT (${key.join(', ')}) DO UPDATE SET ${set()}`,
    () => `UPDATE${resolution} ${name} SET ${set()} ${where()}`,
    () => `UPDATE${resolution} ${name} SET ${set()} ${where()}`,
    () => `UPDATE${resolution} ${name} SET rowid = ${pick([1, 2, 3, 9])} WHERE rowid = ${pick([1, 2, 3])}`,
    () =>
      `INSERT${resolution} INTO ${name} (rowid, ${columns.join(', ')}) VALUES (${pick([1, 2, 3, 9])}, ${columns.map(value).join(', ')})`,
    () => `DELETE FROM ${name} ${where()}`,
    () => `DELETE FROM ${name} WHERE rowid = ${pick([1, 2, 3])}`,
  ])();
}

/** What an app does in one go, in transactions that may be undone. */
export function session(pick: Pick): string[] {
  const body = Array.from({ length: pick([1, 2, 4]) }, () => writing(pick));
  return [
    `PRAGMA foreign_keys = ${pick(['ON', 'OFF'])}; PRAGMA recursive_triggers = ${pick(['ON', 'OFF', 'OFF'])}`,
    ...pick([
      body,
      body,
      ['BEGIN', ...body, pick(['COMMIT', 'ROLLBACK'])],
      [
        'BEGIN',
        writing(pick),
        'SAVEPOINT s',
        ...body,
        pick(['ROLLBACK TO s', 'RELEASE s']),
        writing(pick),
        'COMMIT',
      ],
    ]),
  ];
}

interface SchemaRow {
  readonly type: string;
  readonly name: string;
  readonly table: string;
  readonly sql: string;
}

/** What alters the schema: a table made anew in the ways of the ORMs, indexes and triggers that come and go, VACUUM. */
export function altering(pick: Pick, schema: readonly SchemaRow[]): string[] {
  const source = pick(TABLES);
  const table = source.name.name;
  const present = schema.find(({ type: kind, name }) => kind === 'table' && name === table);
  const on = schema.filter((object) => object.table === table && object.type !== 'table');
  const triggers = on.filter(({ type: kind }) => kind === 'trigger');
  if (present === undefined) return ['VACUUM'];
  const columns = source.columns.map(({ name }) => quoted(name)).join(', ');
  const name = quoted(table);
  const body = present.sql.slice(present.sql.indexOf('('));
  const anew = pick([body, body, source.primaryKey === undefined ? body : withoutRowid(body)]);
  const again = pick([[], on.map(({ sql }) => sql)]);
  const edit = pick([[], [writing(pick)]]);
  const trigger = triggers.length === 0 ? undefined : pick(triggers);
  return pick<() => string[]>([
    () => ['VACUUM'],
    () => ['CREATE TABLE IF NOT EXISTS mine (a); DROP TABLE IF EXISTS yours; CREATE TABLE yours (b)'],
    // As SQLite's documentation, Prisma, Django and Alembic do it.
    () => [
      'PRAGMA foreign_keys = OFF; BEGIN',
      `CREATE TABLE "new" ${anew}; INSERT INTO "new" (${columns}) SELECT ${columns} FROM ${name} ${pick(['', 'WHERE rowid > 1'])}`,
      `DROP TABLE ${name}; ALTER TABLE "new" RENAME TO ${name}`,
      ...edit,
      ...again,
      'COMMIT',
    ],
    // As older ones do it: the triggers follow the table that is dropped.
    () => [
      `PRAGMA foreign_keys = OFF; PRAGMA legacy_alter_table = ON; ALTER TABLE ${name} RENAME TO "old"`,
      `CREATE TABLE ${name} ${anew}; INSERT INTO ${name} (${columns}) SELECT ${columns} FROM "old"; DROP TABLE "old"`,
      ...edit,
      ...again,
    ],
    // By way of a copy elsewhere: the table may get its place in the schema back.
    () => [
      `PRAGMA foreign_keys = OFF; CREATE TEMP TABLE "copy" AS SELECT ${columns} FROM ${name}; DROP TABLE ${name}`,
      `CREATE TABLE ${name} ${body}; INSERT INTO ${name} (${columns}) SELECT ${columns} FROM "copy"`,
      ...edit,
      ...again,
    ],
    () => [`ALTER TABLE ${name} RENAME TO "away"`, ...edit, `ALTER TABLE "away" RENAME TO ${name}`],
    () => (trigger === undefined ? [] : [`DROP TRIGGER ${quoted(trigger.name)}`, ...edit]),
    () => (trigger === undefined ? [] : [`DROP TRIGGER ${quoted(trigger.name)}`, ...edit, trigger.sql]),
    () => ['CREATE UNIQUE INDEX IF NOT EXISTS titles ON posts (title)', ...edit],
    () => [
      'DELETE FROM posts WHERE rowid > 1; CREATE UNIQUE INDEX passing ON posts (author)',
      `INSERT OR REPLACE INTO posts SELECT 'x', 7, 'news', author, NULL FROM posts LIMIT 1`,
      'DROP INDEX passing',
    ],
    () => ['DROP INDEX IF EXISTS titles'],
    () => [
      `CREATE TRIGGER IF NOT EXISTS busy AFTER UPDATE ON posts BEGIN
         UPDATE posts SET title = 'busy' WHERE slot IS NULL; REPLACE INTO posts (no, blog, slot) VALUES (4, 'news', OLD.slot); END`,
    ],
    () => [
      `CREATE TRIGGER IF NOT EXISTS early BEFORE INSERT ON ${quoted('people "x" 😀')} BEGIN
         UPDATE ${quoted('people "x" 😀')} SET email = NEW.email WHERE id = 4; END`,
    ],
    () => [
      `CREATE TRIGGER IF NOT EXISTS ignoring AFTER INSERT ON ${quoted(pick(['posts', 'people "x" 😀']))} BEGIN
         SELECT RAISE(IGNORE) WHERE NEW.rowid > 2; END`,
    ],
    () => ['DROP TRIGGER IF EXISTS busy; DROP TRIGGER IF EXISTS early; DROP TRIGGER IF EXISTS ignoring'],
    () => pick([[], [], schema.filter(({ sql }) => sql.includes('change tracking */')).map(dropOf)]),
    () => [`DELETE FROM ${name}; INSERT INTO sqlite_sequence VALUES (${quoteLiteral(table)}, 1)`],
  ])();
}

function withoutRowid(body: string): string {
  return `${body} WITHOUT ROWID`;
}

function dropOf({ type: kind, name }: SchemaRow): string {
  return `DROP ${kind} IF EXISTS ${quoted(name)}`;
}
