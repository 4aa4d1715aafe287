import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { required, table, type } from '../../support/catalog.ts';
import { expectError } from '../../support/expect-error.ts';
import { fakeProduction, type FakeTable } from '../../support/fake-production.ts';
import { PERSONAL, scoutTables } from '../../support/scout-tables.ts';
import { bytesOf } from '../../support/sqlite-files.ts';
import { temporaryFolders } from '../../support/temporary-folder.ts';
import { testWorkspace } from '../../support/test-workspace.ts';

/** Every refusal leaves the local database, the ledger and the state folder as they were. */
describe('a pull that is refused', () => {
  const folder = temporaryFolders();
  const refusals: readonly {
    readonly what: string;
    readonly code: Parameters<typeof expectError>[0];
    readonly file?: object;
    readonly options?: Parameters<typeof fakeProduction>[1];
    readonly tables?: () => FakeTable[];
    readonly message?: RegExp;
  }[] = [
    {
      what: 'a role from which rows are hidden',
      code: 'REMOTE_ROWS_HIDDEN',
      options: { seesAllRows: false },
      message: /row level security hides/,
    },
    { what: 'a production without tables', code: 'REMOTE_EMPTY', tables: () => [] },
    {
      what: 'a rule for an unknown table',
      code: 'CONFIG_UNKNOWN_TABLE',
      file: { tables: { user: { mask: { email: 'email' } } } },
      message: /syncline\.json:\d+:\d+: .*"user".*users/,
    },
    {
      what: 'a rule for an unknown column',
      code: 'CONFIG_UNKNOWN_COLUMN',
      file: { tables: { users: { mask: { mail: 'email' } } } },
      message: /syncline\.json:\d+:\d+: .*"mail".*email/,
    },
    {
      what: 'a rule for an unknown transformer',
      code: 'CONFIG_UNKNOWN_TRANSFORMER',
      file: { tables: { users: { mask: { email: 'e-mail' } } } },
      message: /syncline\.json:\d+:\d+: .*e-mail/,
    },
    {
      what: 'a conflict rule for an unknown column',
      code: 'CONFIG_UNKNOWN_COLUMN',
      file: { tables: { users: { conflict: { columns: { rolle: 'manual' } } } } },
      message: /syncline\.json:\d+:\d+: .*"rolle"/,
    },
    {
      what: 'a business rule for an unknown table',
      code: 'CONFIG_UNKNOWN_TABLE',
      file: { rules: [{ name: 'n', table: 'activites', check: 'true' }] },
      message: /syncline\.json:\d+:\d+: .*"activites"/,
    },
    {
      what: 'fewer rows than were counted in the snapshot',
      code: 'REMOTE_CHANGED',
      options: { counted: { users: 5 } },
      message: /users had 5 rows to read; 4 came/,
    },
    {
      what: 'a row that refers to no row',
      code: 'FOREIGN_KEY_VIOLATIONS',
      tables: () =>
        scoutTables().map((each) =>
          each.table.name.name === 'sections' ? { ...each, rows: each.rows.slice(0, 1) } : each,
        ),
      message: /users to sections \(2\)/,
    },
    {
      what: 'two rows with one key',
      code: 'CONSTRAINT_VIOLATION',
      tables: () =>
        scoutTables().map((each) =>
          each.table.name.name === 'sections'
            ? { ...each, rows: [...each.rows, ['2', 'Scouts', null]] }
            : each,
        ),
      message: /sections\.id/,
    },
    {
      what: 'a personal value in a column that only looks safe',
      code: 'MASKING_LEAK',
      tables: () => [
        ...scoutTables(),
        {
          table: table('badges', { id: required(type.int), colour: type.text }, { key: ['id'] }),
          // The samples are colours; what comes later is not looked at before it is pulled.
          rows: Array.from({ length: 300 }, (_, at) => [
            String(at + 1),
            at < 299 ? ['red', 'blue', 'green'][at % 3]! : PERSONAL[0]!,
          ]),
        },
      ],
      message: /badges\.colour/,
    },
    {
      what: 'a value that its type does not allow',
      code: 'VALUE_UNREPRESENTABLE',
      tables: () =>
        scoutTables().map((each) =>
          each.table.name.name === 'sections' ? { ...each, rows: [['one', 'Beavers', null]] } : each,
        ),
    },
  ];
  for (const { what, code, file = {}, options, tables = scoutTables, message } of refusals) {
    for (const existing of [false, true]) {
      it(`${what}: ${code}${existing ? ', beside a database from before' : ''}`, async () => {
        const workspace = testWorkspace(folder());
        if (existing) await workspace.pull(fakeProduction(scoutTables()));
        const before = existing ? bytesOf(workspace.database) : undefined;
        const known = await workspace.open(({ ledger }) => ledger.pulled('production'));
        workspace.configure(file);
        const production = fakeProduction(tables(), options);
        const error = await expectError(code, () => workspace.pull(production));
        if (message !== undefined) assert.match(error.message, message);
        for (const value of PERSONAL)
          assert.ok(!JSON.stringify([error.message, error.details]).includes(value));
        if (before === undefined)
          assert.deepEqual(readdirSync(workspace.folder).sort(), ['.syncline', 'syncline.json']);
        else assert.deepEqual(bytesOf(workspace.database), before);
        assert.deepEqual(await workspace.open(({ ledger }) => ledger.pulled('production')), known);
        assert.equal(production.openSnapshots, 0);
        const state = join(workspace.folder, '.syncline');
        const left = readdirSync(state, { recursive: true })
          .map(String)
          .filter((name) => /(base|backups)./.test(name));
        assert.equal(left.length, existing ? 1 : 0, left.join());
      });
    }
  }
});
