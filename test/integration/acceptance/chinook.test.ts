import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PullReport } from '../../../src/engine/pull-report.ts';
import { CREATE_CATALOG_FUNCTION_SQL } from '../../../src/databases/kit/catalog-function-sql.ts';
import { startSandbox } from '../../../src/sandbox/sandbox.ts';
import type { Credentials } from '../../../src/worker/protocol.ts';
import { runOperation } from '../../../src/worker/run-operation.ts';
import { chinookIsMissing, loadChinook, withClient } from '../../support/chinook.ts';
import { startPostgres, type TestDatabase, type TestPostgres } from '../../support/postgres.ts';
import { skip } from '../../support/skip.ts';
import { bytesOf, dump, dumpRows, dumpSchema, query } from '../../support/sqlite-files.ts';
import { KEY, OTHER_KEY } from '../../support/test-workspace.ts';
import { temporaryFolders } from '../../support/temporary-folder.ts';

/** What tells who somebody is: no value of these may be found anywhere after an anonymized pull. */
const PERSONAL = [
  'first_name',
  'last_name',
  'company',
  'email',
  'phone',
  'fax',
  'address',
  'city',
  'postal_code',
];

interface Pulled {
  readonly folder: string;
  readonly database: string;
  readonly report: PullReport;
  readonly log: string;
}

describe('Chinook, a real database', function () {
  this.timeout(120_000);
  const folder = temporaryFolders('suite');
  let server: TestPostgres | undefined;
  let production: TestDatabase;
  /** Production as `psql` would show it: the columns of each table and its rows as text, by primary key. */
  let tables: ReadonlyMap<
    string,
    { readonly columns: readonly string[]; readonly rows: readonly (string | null)[][] }
  >;
  let direct: Pulled;

  before(async function () {
    const missing = chinookIsMissing();
    if (missing !== undefined) skip(this, missing);
    server = await startPostgres();
    production = await server.createDatabase();
    await loadChinook(production.connectionString);
    tables = await readEverything(production.connectionString);
    direct = await pull({ databaseUrl: production.connectionString });
  });
  after(async () => {
    if (server === undefined) return;
    await production.drop();
    await server.stop();
  });

  async function pull(
    credentials: Credentials,
    { key = KEY, folder: at = folder() }: { readonly key?: typeof KEY; readonly folder?: string } = {},
  ): Promise<Pulled> {
    writeFileSync(
      join(at, 'syncline.json'),
      '{ "local": { "path": "./dev.db" }, "targets": { "production": {} } }',
    );
    const log: string[] = [];
    const report = await runOperation(
      'pull',
      { folder: at, credentials, maskingKey: Buffer.from(key.bytes).toString('base64') },
      {
        signal: new AbortController().signal,
        onProgress: (progress) => log.push(JSON.stringify(progress)),
        log: (level, line) => log.push(`${level}: ${line}`),
      },
    );
    return { folder: at, database: join(at, 'dev.db'), report, log: log.join('\n') };
  }

  it('comes whole: 11 tables with every row, and references intact', () => {
    assert.equal(tables.size, 11);
    assert.equal(
      [...tables.values()].reduce((sum, { rows }) => sum + rows.length, 0),
      15_607,
    );
    for (const [table, { rows }] of tables) {
      assert.deepEqual(
        query(direct.database, `SELECT count(*) FROM "${table}"`),
        [[BigInt(rows.length)]],
        table,
      );
    }
    assert.deepEqual(query(direct.database, 'PRAGMA foreign_key_check'), []);
    assert.deepEqual(query(direct.database, 'PRAGMA integrity_check'), [['ok']]);
    assert.equal(direct.report.totals.rows, 15_607);
    assert.equal(direct.report.tables.length, 11);
    assert.ok(direct.report.checks.every(({ status }) => status === 'passed'));
  });

  it('has every unmasked column value by value, and no masked one', () => {
    let [kept, masked] = [0, 0];
    for (const { table, columns } of direct.report.tables) {
      const source = tables.get(table)!;
      for (const { column, transformer } of columns) {
        const at = source.columns.indexOf(column);
        const local = query(direct.database, `SELECT "${column}" FROM "${table}" ORDER BY rowid`).map(
          ([cell]) => cell,
        );
        const raw = source.rows.map((row) => row[at] ?? null);
        assert.equal(local.length, raw.length);
        for (const [row, value] of raw.entries()) {
          if (value === null) assert.equal(local[row], null, `${table}.${column}`);
          else if (transformer === 'keep') {
            assert.equal(asPostgres(local[row]), value, `${table}.${column}`);
            kept += 1;
          } else {
            assert.notEqual(local[row], value, `${table}.${column}`);
            masked += 1;
          }
        }
      }
    }
    assert.ok(kept > 40_000 && masked > 8_000, `${kept} kept, ${masked} masked`);
    const treated = new Map<string, string>(
      direct.report.tables.flatMap(({ table, columns }) =>
        columns.map(({ column, transformer }) => [`${table}.${column}`, transformer] as const),
      ),
    );
    for (const column of [
      'track.unit_price',
      'track.milliseconds',
      'invoice.total',
      'invoice.invoice_date',
    ]) {
      assert.equal(treated.get(column), 'keep', column);
    }
  });

  it('leaves no original of a person anywhere on the disk or in the log', async () => {
    // A second pull, so that there is a backup and a replaced base; one with the other key leaves its traces too.
    const again = await pull({ databaseUrl: production.connectionString }, { folder: direct.folder });
    assert.ok(again.report.local.backup);
    const other = await pull(
      { databaseUrl: production.connectionString },
      { folder: direct.folder, key: OTHER_KEY },
    );
    const originals = personalValues();
    assert.ok(originals.size > 400, `${originals.size} originals`);
    const files = readdirSync(direct.folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
    assert.ok(files.some((file) => file.includes('backups')) && files.some((file) => file.includes('base')));
    const haystacks = new Map(files.map((file) => [file, readFileSync(file)] as const));
    haystacks.set(
      'the logs',
      Buffer.from([direct.log, again.log, other.log, JSON.stringify(other.report)].join('\n')),
    );
    for (const [file, bytes] of haystacks) {
      const folded = bytes.toString('utf8').toLowerCase();
      // A postal code of a few digits is also somebody's row number.
      const found = [...originals].filter((value) => !/^\d{1,5}$/.test(value) && occursIn(folded, value));
      assert.deepEqual(found, [], file);
    }
    const cells = new Set(textCells(direct.database));
    assert.deepEqual(
      [...originals].filter((original) => cells.has(original)),
      [],
    );
  });

  it('finds an original that was planted, so that the search above means something', () => {
    const [name] = [...personalValues()].filter((value) => value.length >= 8);
    assert.ok(occursIn(`... ${name!.toUpperCase()} ...`.toLowerCase(), name!));
    assert.ok(occursIn('row: leo, 1', 'leo') && !occursIn('galileo', 'leo'));
  });

  it('is the same for the same key, and has other pseudonyms for another', async () => {
    const [same, other] = [
      await pull({ databaseUrl: production.connectionString }),
      await pull({ databaseUrl: production.connectionString }, { key: OTHER_KEY }),
    ];
    const fresh = await pull({ databaseUrl: production.connectionString });
    assert.deepEqual(bytesOf(same.database), bytesOf(fresh.database));
    assert.deepEqual(dumpSchema(same.database), dumpSchema(other.database));
    const emails = (of: Pulled): unknown[] => query(of.database, 'SELECT email FROM customer').flat();
    const [first, second] = [emails(same), emails(other)];
    assert.equal(new Set([...first, ...second]).size, first.length + second.length);
  });

  it('is the same through supabase-js: with the kit byte for byte, without it row by row', async () => {
    const expected = await pull({ databaseUrl: production.connectionString });
    const sandbox = await startSandbox({
      database: { kind: 'postgres', connectionString: production.connectionString },
      defaultGrants: true,
    });
    try {
      const credentials = { supabaseUrl: sandbox.url, supabaseKey: sandbox.secretKey };
      const without = await pull(credentials);
      assert.equal(without.report.partialCatalog, true);
      assert.deepEqual(dumpRows(without.database), dumpRows(expected.database));
      await sandbox.execute(CREATE_CATALOG_FUNCTION_SQL);
      const withKit = await pull(credentials);
      assert.equal(withKit.report.partialCatalog, false);
      assert.equal(dump(withKit.database), dump(expected.database));
    } finally {
      await sandbox.stop();
    }
  });

  function personalValues(): ReadonlySet<string> {
    const values = ['customer', 'employee'].flatMap((table) => {
      const { columns, rows } = tables.get(table)!;
      return PERSONAL.filter((column) => columns.includes(column)).flatMap((column) =>
        rows.map((row) => row[columns.indexOf(column)]),
      );
    });
    return new Set(
      values.filter((value) => value !== null && value !== undefined).map((value) => value.toLowerCase()),
    );
  }
});

/** A short value stands there only as a word: it is a part of many others. */
function occursIn(folded: string, original: string): boolean {
  if (original.length >= 6) return folded.includes(original);
  for (let at = folded.indexOf(original); at >= 0; at = folded.indexOf(original, at + 1)) {
    const [before, after] = [folded[at - 1] ?? ' ', folded[at + original.length] ?? ' '];
    if (!/[\p{L}\p{N}]/u.test(before) && !/[\p{L}\p{N}]/u.test(after)) return true;
  }
  return false;
}

function textCells(path: string): string[] {
  const tables = query(path, `SELECT name FROM sqlite_schema WHERE type = 'table'`).flat() as string[];
  return tables
    .flatMap((table) => query(path, `SELECT * FROM "${table}"`).flat())
    .filter((cell) => typeof cell === 'string')
    .map((cell) => cell.toLowerCase());
}

/** A local cell as Postgres writes the value: Chinook has whole numbers, fixed numerics, texts and timestamps. */
function asPostgres(cell: unknown): string {
  return String(cell).replace(/^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)\.000000$/, '$1 $2');
}

async function readEverything(
  connectionString: string,
): Promise<Map<string, { columns: string[]; rows: (string | null)[][] }>> {
  return withClient(connectionString, async (client) => {
    const names = await client.query<{ name: string; key: string }>(`
      select c.relname as name, string_agg(quote_ident(a.attname), ', ' order by array_position(k.conkey, a.attnum)) as key
      from pg_class c join pg_constraint k on k.conrelid = c.oid and k.contype = 'p'
      join pg_attribute a on a.attrelid = c.oid and a.attnum = any (k.conkey)
      where c.relnamespace = 'public'::regnamespace group by c.relname`);
    const found = new Map<string, { columns: string[]; rows: (string | null)[][] }>();
    for (const { name, key } of names.rows) {
      const result = await client.query<(string | null)[]>({
        text: `select * from "${name}" order by ${key}`,
        rowMode: 'array',
        types: { getTypeParser: () => (text: string) => text },
      });
      found.set(name, { columns: result.fields.map((field) => field.name), rows: result.rows });
    }
    return found;
  });
}
