import assert from 'node:assert/strict';
import { PGlite } from '@electric-sql/pglite';
import { demoCanaries } from '../../../src/sandbox/demo/canaries.ts';
import { demoMember } from '../../../src/sandbox/demo/member.ts';
import { NASTY_TEXTS } from '../../../src/sandbox/demo/nasty-text.ts';
import { demoPlan } from '../../../src/sandbox/demo/plan.ts';
import { demoRowsSql } from '../../../src/sandbox/demo/rows.ts';
import { demoSchemaSql } from '../../../src/sandbox/demo/schema-sql.ts';

const ROLES = 'CREATE ROLE anon; CREATE ROLE authenticated; CREATE ROLE service_role BYPASSRLS;';
/** Booting Postgres in WebAssembly takes seconds. */
const BOOT_TIMEOUT = 120_000;

/** The single value of a query of one row and one column. */
async function one(db: PGlite, sql: string, parameters: unknown[] = []): Promise<unknown> {
  const { rows } = await db.query<{ value: unknown }>(`SELECT (${sql}) AS value`, parameters);
  return rows[0]?.value;
}

for (const members of [5, 50]) {
  describe(`demo database of ${members} members`, function () {
    this.timeout(BOOT_TIMEOUT);
    let db: PGlite;

    before(async () => {
      db = await PGlite.create();
      await db.exec(ROLES);
      await db.exec(demoSchemaSql);
      for (const statement of demoRowsSql({ members })) await db.exec(statement);
    });
    after(() => db.close());

    it('has rows in every table, in the planned numbers', async () => {
      const plan = demoPlan({ members });
      const count = (table: string) => one(db, `SELECT count(*)::int FROM public.${table}`);
      assert.equal(await count('users'), members);
      assert.equal(await count('sections'), plan.sections);
      assert.equal(await count('activities'), plan.activities);
      assert.equal(await count('documents'), plan.documents);
      assert.equal(await count('messages'), plan.messages);
      assert.equal(await count('activity_participants'), plan.activities * plan.participantsPerActivity);
      assert.equal(await count('"Badge Awards"'), plan.awards);
      assert.equal(await count('"order"'), plan.orders);
      for (const table of ['section_memberships', 'message_reads', 'newsletter_subscriptions']) {
        assert.notEqual(await count(table), 0, table);
      }
    });

    it('holds every foreign key and check', async () => {
      const { rows } = await db.query<{ definition: string }>(
        `SELECT format('ALTER TABLE %s DROP CONSTRAINT %I; ALTER TABLE %1$s ADD CONSTRAINT %2$I %s',
           conrelid::regclass, conname, pg_get_constraintdef(oid)) AS definition
         FROM pg_constraint WHERE contype IN ('c', 'f') AND conrelid <> 0 AND connamespace = 'public'::regnamespace`,
      );
      assert.ok(rows.length > 20);
      await db.exec('BEGIN');
      for (const { definition } of rows) await db.exec(definition);
      await db.exec('ROLLBACK');
      assert.ok(await one(db, 'SELECT count(leader_id) > 0 FROM public.sections'));
    });

    it('holds every canary where the list says', async () => {
      const canaries = demoCanaries({ members });
      const kinds = new Set(canaries.map(({ kind }) => kind));
      assert.deepEqual([...kinds].sort(), [
        'avatar-url',
        'email',
        'name',
        'password-hash',
        'phone',
        'storage-path',
        'street-address',
      ]);
      for (const { table, column: name, value } of canaries) {
        const found = await one(db, `SELECT bool_or(strpos(${name}::text, $1) > 0) FROM public.${table}`, [
          value,
        ]);
        assert.ok(found, `a canary of ${table}.${name} is missing`);
      }
    });

    it('holds the values that break careless code, exactly', async () => {
      const facts: readonly string[] = [
        `SELECT count(*) = 2 FROM public.users WHERE external_ref IN (9007199254740992, 9007199254740993)`,
        `SELECT count(*) = 1 FROM public.users WHERE invited_by = id`,
        `SELECT count(*) = 1 FROM public.users WHERE balance = 'NaN'`,
        `SELECT bool_or(consent_expires_at = 'infinity') AND bool_or(consent_expires_at = '-infinity') FROM public.users`,
        `SELECT bool_or(date_trunc('milliseconds', updated_at) <> updated_at) FROM public.users`,
        `SELECT bool_or(((preferences ->> 'legacy')::jsonb #>> '{profile,mail}') LIKE '%.example%') FROM public.users`,
        `SELECT bool_or(latitude::text = '-0') AND bool_or(distance_km = 'NaN') FROM public.activities`,
        `SELECT bool_or(ends_at = starts_at) AND bool_or(ends_at = 'infinity') FROM public.activities`,
        `SELECT bool_or(NULL IS NOT DISTINCT FROM tags[9] AND cardinality(tags) = 10) FROM public.activities`,
        `SELECT bool_or(tags = '{}') FROM public.activities`,
        `SELECT bool_or(length(body) > 19000) AND bool_or(reply_to = id) FROM public.messages`,
        `SELECT min(id) < 9007199254740992 AND max(id) > 9007199254740993 FROM public.messages`,
        `SELECT bool_or(metadata::text LIKE '%"pages"%"pages"%') FROM public.documents`,
        `SELECT count(*) - count(DISTINCT r::text) >= 1 FROM public.message_reads r`,
      ];
      for (const fact of facts) assert.equal(await one(db, fact), true, fact);
    });

    it('keeps nasty text as it was written', async () => {
      const { rows } = await db.query<{ notes: string }>(
        'SELECT notes FROM public.users WHERE id <= 4 ORDER BY id',
      );
      assert.deepEqual(
        rows.map(({ notes }) => notes),
        NASTY_TEXTS.slice(0, 4),
      );
    });

    it('goes on counting after the rows that brought their ids', async () => {
      await db.exec('BEGIN');
      const { rows } = await db.query<{ id: string }>(
        `INSERT INTO public.messages (sender_id, body) VALUES (1, 'x') RETURNING id::text`,
      );
      assert.equal(rows[0]?.id, String(9_007_199_254_740_985n + BigInt(members * 2) + 1n));
      await db.query(`INSERT INTO public.users (full_name) VALUES ('x')`);
      await db.exec('ROLLBACK');
    });

    it('shows each API role what its policies allow', async () => {
      const plan = demoPlan({ members });
      const seen = async (role: string, subject: string, table: string) =>
        db.transaction(async (tx) => {
          await tx.query(`SELECT set_config('request.jwt.claims', $1, true)`, [
            JSON.stringify({ sub: subject }),
          ]);
          await tx.exec(`SET LOCAL ROLE ${role}`);
          const { rows } = await tx.query<{ count: number }>(`SELECT count(*)::int FROM public.${table}`);
          return rows[0]?.count;
        });
      const { authUserId } = demoMember(plan, 2);
      assert.equal(await seen('service_role', authUserId, 'users'), members);
      assert.equal(await seen('authenticated', authUserId, 'users'), 1);
      assert.equal(await seen('anon', authUserId, 'users'), 0);
      assert.equal(await seen('anon', authUserId, 'sections'), plan.sections);
      assert.equal(await seen('authenticated', authUserId, '"Badge Awards"'), plan.awards);
      assert.equal(await seen('service_role', authUserId, 'section_overview'), plan.sections);
    });

    it('touches updated_at on a change', async () => {
      await db.exec('BEGIN');
      const { rows } = await db.query<{ touched: boolean }>(
        `UPDATE public.users SET notes = 'x' WHERE id = 1 RETURNING updated_at = now() AS touched`,
      );
      assert.equal(rows[0]?.touched, true);
      await db.exec('ROLLBACK');
    });
  });
}
