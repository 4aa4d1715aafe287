import type { Table, TableName } from '../../core/schema/model.ts';
import { APPLY_PUSH_SQL } from './apply-push-sql.ts';
import { CREATE_CATALOG_FUNCTION_SQL } from './catalog-function-sql.ts';
import { CHANGES_FUNCTIONS_SQL } from './changes-function-sql.ts';
import { CHANGE_LOG_SQL } from './change-log-sql.ts';
import { COMMIT_PUSH_SQL } from './commit-push-sql.ts';
import { DIGEST_FUNCTIONS_SQL } from './digest-functions-sql.ts';
import { KIT_VERSION } from './kit-version.ts';
import { POSITION_SQL } from './position-sql.ts';
import { PRIVATE_TABLES_SQL } from './private-tables-sql.ts';
import { KIT_RPC } from './public-functions.ts';
import { PUSH_FUNCTIONS_SQL } from './push-functions-sql.ts';
import { PUSH_REPORT_SQL } from './push-report-sql.ts';
import { PUSH_STATEMENT_SQL } from './push-statement-sql.ts';
import { RIGHTS_SQL } from './rights-sql.ts';
import { ROWS_FUNCTIONS_SQL } from './rows-functions-sql.ts';
import { TABLE_SHAPE_SQL } from './table-shape-sql.ts';
import { TRACKING_FAULT_SQL } from './tracking-fault-sql.ts';
import { TRACKING_SQL } from './tracking-sql.ts';
import { UPKEEP_FUNCTIONS_SQL } from './upkeep-functions-sql.ts';

export interface KitOptions {
  /** The tables to track. One without a primary key is named in a comment and not tracked. */
  readonly tables: readonly Table[];
  /** Default: {@link KIT_VERSION}. */
  readonly version?: number;
}

/** The texts of a migration file and of the file that takes it back. */
export interface KitMigration {
  readonly up: string;
  readonly down: string;
}

/**
 * The kit as a migration. It may be run again, over itself or over an older kit: it replaces the functions, keeps the
 * change log, and tracks exactly these tables. docs/kit.md says what it installs and what each function promises.
 */
export function kitMigration({ tables, version = KIT_VERSION }: KitOptions): KitMigration {
  const tracked = tables
    .filter(({ primaryKey }) => (primaryKey?.columns.length ?? 0) > 0)
    .map(({ name }) => name);
  const keyless = tables.map(({ name }) => name).filter((name) => !tracked.includes(name));
  const sections: readonly (readonly [title: string, sql: string])[] = [
    ['What was there before', beforeSql(version)],
    ['Tables', PRIVATE_TABLES_SQL],
    ['Names and rights', TABLE_SHAPE_SQL + '\n' + RIGHTS_SQL],
    ['The change log', [CHANGE_LOG_SQL, TRACKING_SQL, TRACKING_FAULT_SQL, POSITION_SQL].join('\n')],
    ['Catalog', CREATE_CATALOG_FUNCTION_SQL],
    ['What changed', CHANGES_FUNCTIONS_SQL],
    ['Rows and digests', [ROWS_FUNCTIONS_SQL, DIGEST_FUNCTIONS_SQL].join('\n')],
    [
      'Pushes',
      [PUSH_STATEMENT_SQL, APPLY_PUSH_SQL, PUSH_REPORT_SQL, COMMIT_PUSH_SQL, PUSH_FUNCTIONS_SQL].join('\n'),
    ],
    ['Upkeep', UPKEEP_FUNCTIONS_SQL],
    ['In force', inForceSql(version)],
    ['The tables to track', trackedSql(tracked, keyless)],
  ];
  return {
    up: [header(version), ...sections.map(([title, sql]) => `-- ${title}\n\n${sql}`)].join('\n'),
    down: DOWN_SQL,
  };
}

function header(version: number): string {
  return `-- Syncline kit, version ${version}.
--
-- Lets Syncline read what changed, compare by digests and push atomically, over Supabase's REST interface:
--   * a private schema "syncline": a log of changed keys (no values), and staged pushes;
--   * triggers on the tables named at the end, which write that log;
--   * functions public.syncline_*(), which only service_role may execute.
-- It changes no row and no column of yours. It locks each tracked table for a moment, as every new trigger does
-- (SHARE ROW EXCLUSIVE), and gives up after five seconds. Running it again is safe, and mends or updates what is there;
-- run it as one transaction (Supabase does; with psql: -1).
--
-- To remove it without a trace, run the down file beside it. docs/kit.md says more.

`;
}

/** The functions are dropped and made anew, since "or replace" refuses new names and types; the triggers' own stay. */
function beforeSql(version: number): string {
  return `do $syncline$
declare
  installed int;
  old text;
begin
  if pg_catalog.to_regclass('syncline.meta') is not null then
    select m.version into installed from syncline.meta m;
    if installed > ${version} then
      raise exception 'A newer Syncline kit (version %) is installed; this is version ${version}.', installed;
    end if;
  end if;
  for old in
    select p.oid::pg_catalog.regprocedure::text
    from pg_catalog.pg_proc p
    join pg_catalog.pg_namespace n on n.oid = p.pronamespace
    where (n.nspname = 'syncline' and p.prorettype <> 'pg_catalog.trigger'::pg_catalog.regtype)
      or (n.nspname = 'public' and p.proname in (
        ${Object.values(KIT_RPC).map(literal).join(',\n        ')}
      ))
  loop
    execute 'drop function ' || old;
  end loop;
end
$syncline$;
`;
}

function inForceSql(version: number): string {
  return `do $syncline$
declare
  other text;
begin
  for other in
    select 'public'
    union all
    select pg_catalog.quote_ident(r.rolname)
    from pg_catalog.pg_roles r
    where r.rolname in ('anon', 'authenticated', 'service_role')
  loop
    execute 'revoke all on schema syncline from ' || other;
    execute 'revoke all on all tables in schema syncline from ' || other;
    execute 'revoke all on all sequences in schema syncline from ' || other;
    execute 'revoke all on all functions in schema syncline from ' || other;
  end loop;
end
$syncline$;

insert into syncline.meta (version, origin) values (${version}, syncline.origin())
on conflict (singleton) do update set version = excluded.version;
select syncline.forget_when_restored();
`;
}

function trackedSql(tracked: readonly TableName[], keyless: readonly TableName[]): string {
  const pairs = tracked.map(({ schema, name }) => `  array[${literal(schema)}, ${literal(name)}]`);
  const list = pairs.length > 0 ? `array[\n${pairs.join(',\n')}\n]` : `'{}'`;
  const notes = keyless.map(({ schema, name }) => `--   ${JSON.stringify(schema)}.${JSON.stringify(name)}\n`);
  const note =
    notes.length > 0
      ? `-- Not tracked, for want of a primary key (a row without one cannot be named; such tables are compared in full):\n${notes.join('')}`
      : '';
  return `${note}select syncline.track_tables(${list});

notify pgrst, 'reload schema';
`;
}

/** A string literal. With standard_conforming_strings, which is PostgreSQL's default, a backslash is only itself. */
function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

const DOWN_SQL = `-- Removes the Syncline kit without a trace: its functions, its log, its staged pushes, and with them its triggers.
do $syncline$
declare
  old text;
begin
  -- Dropping a trigger locks its table: not for long.
  perform pg_catalog.set_config('lock_timeout', '5s', true);
  for old in
    select p.oid::pg_catalog.regprocedure::text
    from pg_catalog.pg_proc p
    join pg_catalog.pg_namespace n on n.oid = p.pronamespace
    where n.nspname = 'public' and p.proname in (
      ${Object.values(KIT_RPC).map(literal).join(',\n      ')}
    )
  loop
    execute 'drop function ' || old;
  end loop;
  drop schema if exists syncline cascade;
end
$syncline$;
notify pgrst, 'reload schema';
`;
