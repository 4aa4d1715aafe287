import assert from 'node:assert/strict';
import type { RefusedChange } from '../../../src/core/rows/change.ts';
import { execute, query } from '../../support/sqlite-files.ts';
import { PUSH_WAYS } from '../databases/push-database.ts';
import { pushWorkspaces } from './push-workspace.ts';

/** Written by tests where nobody may quote it. */
const SECRET = 'secret@corp.example';

const UNCHECKED = 'PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON;';

interface BadInput {
  /** What happens in production after the pull. */
  readonly production?: string;
  readonly local: string;
  readonly refused: readonly [
    table: string,
    key: string,
    op: RefusedChange['op'],
    cause: RefusedChange['cause'],
  ];
  readonly message: RegExp;
  /** The next step, after which it goes: in the local database, or in production. */
  readonly mend: { readonly local?: string; readonly production?: string };
}

const CASES: Readonly<Record<string, BadInput>> = {
  'a value that must be unique': {
    production: `insert into sections values (50, 'Rovers')`,
    local: `INSERT INTO sections VALUES (51, 'Rovers')`,
    refused: ['sections', '51', 'insert', 'refused-by-server'],
    message: /unique.*sections_name_key/,
    mend: { local: `UPDATE sections SET name = 'Other' WHERE id = 51` },
  },
  'a value that a check forbids': {
    local: `UPDATE members SET points = -1 WHERE id = 5`,
    refused: ['members', '5', 'update', 'refused-by-server'],
    message: /members_points_check/,
    mend: { local: `UPDATE members SET points = 11 WHERE id = 5` },
  },
  'a row without a value that production demands': {
    production: `alter table members alter token drop default, alter token set not null`,
    local: `INSERT INTO members (id, email) VALUES (90, '${SECRET}')`,
    refused: ['members', '90', 'insert', 'refused-by-server'],
    message: /token.*NULL|NULL.*token/,
    mend: { production: `alter table members alter token set default 'x'` },
  },
  'a reference to a row that is not there': {
    local: `UPDATE members SET section_id = 99 WHERE id = 5`,
    refused: ['members', '5', 'update', 'refused-by-server'],
    message: /members_section_id_fkey/,
    mend: { local: `INSERT INTO sections VALUES (99, 'Leaders')` },
  },
  'a row that others refer to': {
    production: `update members set section_id = 3 where id = 20`,
    local: `DELETE FROM sections WHERE id = 3`,
    refused: ['sections', '3', 'delete', 'refused-by-server'],
    message: /members_section_id_fkey/,
    mend: { production: `update members set section_id = 1 where id = 20` },
  },
  'a row that a trigger turns down': {
    production: `create function judge() returns trigger language plpgsql as $$
        begin if new.points = 77 then raise exception 'not for %', new.email; end if; return new; end $$;
      create trigger judge before insert or update on members for each row execute function judge()`,
    local: `INSERT INTO members (id, email, points) VALUES (90, '${SECRET}', 77)`,
    refused: ['members', '90', 'insert', 'refused-by-server'],
    message: /trigger|P0001/,
    mend: { local: `UPDATE members SET points = 78 WHERE id = 90` },
  },
  'a row that production changed too': {
    production: `update members set points = 50 where id = 5`,
    local: `UPDATE members SET points = 51 WHERE id = 5`,
    refused: ['members', '5', 'update', 'changed-in-production'],
    message: /production changed points since/,
    mend: { production: `update members set points = 5 where id = 5` },
  },
  'a row that production deleted': {
    production: `delete from members where id = 5`,
    local: `UPDATE members SET points = 51 WHERE id = 5`,
    refused: ['members', '5', 'update', 'missing-in-production'],
    message: /gone|not there|no longer|deleted/,
    mend: { production: `insert into members values (5, 'person5@private.test', 5, 2)` },
  },
  'a row whose key somebody else has taken': {
    production: `insert into members values (90, 'other@private.test', 3, 1)`,
    local: `INSERT INTO members (id, email, points) VALUES (90, '${SECRET}', 4)`,
    refused: ['members', '90', 'insert', 'exists-in-production'],
    message: /a row with this key is in production/,
    mend: { local: `UPDATE members SET id = 91 WHERE id = 90` },
  },
  'a column that was added here': {
    local: `ALTER TABLE members ADD COLUMN nick TEXT; UPDATE members SET points = 51 WHERE id = 5`,
    refused: ['members', '', 'update', 'schema-changed'],
    message: /"nick" was added locally/,
    mend: { local: `ALTER TABLE members DROP COLUMN nick` },
  },
  'a column that was dropped in production': {
    production: `alter table members rename points to score`,
    local: `UPDATE members SET points = 51 WHERE id = 5`,
    refused: ['members', '', 'update', 'schema-changed'],
    message: /points/,
    mend: { production: `alter table members rename score to points` },
  },
  'a table that is gone from production': {
    production: `alter table members rename to people`,
    local: `UPDATE members SET points = 51 WHERE id = 5`,
    refused: ['members', '', 'update', 'schema-changed'],
    message: /gone|no longer|not there|not exist|dropped/,
    mend: { production: `alter table people rename to members` },
  },
};

for (const way of PUSH_WAYS) {
  describe(`bad input to a push (${way})`, function () {
    this.timeout(60_000);
    const { database, pulled, push, production } = pushWorkspaces(way);

    const everything = (path: string): unknown =>
      ['sections', 'members'].map((table) => query(path, `SELECT * FROM ${table} ORDER BY id`));

    for (const [what, { production: altered, local, refused, message, mend }] of Object.entries(CASES)) {
      it(`names ${what}, changes nothing, and goes once that is mended`, async () => {
        const workspace = await pulled();
        if (altered !== undefined) await database().execute(altered);
        execute(workspace.database, `${UNCHECKED} ${local}`);
        const rename = (altered ?? '').includes('rename to');
        const before = rename ? '' : await production();
        const here = everything(workspace.database);
        const report = await push(workspace);
        assert.equal(report.state, 'refused', JSON.stringify(report));
        for (const { table, key, op, cause } of report.refused) {
          assert.deepEqual([table, key.join(), op, cause], refused);
        }
        assert.match(report.refused.map((each) => each.message).join(), message);
        assert.ok(!(JSON.stringify(report.refused) + workspace.log.join()).includes(SECRET));
        if (!rename) assert.equal(await production(), before);
        assert.deepEqual(everything(workspace.database), here);

        if (mend.local !== undefined) execute(workspace.database, `${UNCHECKED} ${mend.local}`);
        if (mend.production !== undefined) await database().execute(mend.production);
        const mended = await push(workspace);
        assert.equal(mended.state, 'pushed', JSON.stringify(mended));
        assert.deepEqual(
          mended.warnings.filter((each) => each.includes('could not')),
          [],
        );
        assert.equal((await push(workspace)).state, 'nothing');
      });
    }
  });
}
