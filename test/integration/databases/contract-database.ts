import pg from 'pg';
import { CREATE_CATALOG_FUNCTION_SQL } from '../../../src/databases/kit/catalog-function-sql.ts';
import type { TestDatabase } from '../../support/postgres.ts';
import { startPostgres } from '../../support/postgres.ts';

/** The roles of a Supabase project. They belong to the server, so they may be there already. */
const ROLES_SQL = `
do $$ begin
  if not exists (select from pg_roles where rolname = 'anon') then create role anon nologin noinherit; end if;
  if not exists (select from pg_roles where rolname = 'authenticated') then create role authenticated nologin noinherit; end if;
  if not exists (select from pg_roles where rolname = 'service_role') then create role service_role nologin noinherit bypassrls; end if;
  if not exists (select from pg_roles where rolname = 'contract_reader') then create role contract_reader login noinherit; end if;
end $$;`;

/** Every kind of table, name and value that the adapters must read alike. */
const SCHEMA_SQL = `
create extension if not exists citext;
create schema private;
create schema auth;
create table auth.users (id uuid primary key);
create type public.mood as enum ('sad', 'ok', 'ha''ppy');
create domain public.percent as int default 50 check (value between 0 and 100);
create domain public.flag as boolean not null;
create type public.pair as (a int, b text);

create table public.kinds (
  id int primary key, b boolean, i2 smallint, i8 bigint, o oid, n numeric, n2 numeric(20, 4), nn numeric(5, -2), f4 real,
  f8 double precision, t text, vc varchar(5), c char(5), one "char", nm name, ci citext, u uuid, d date, tm time,
  tmz timetz, tz timestamptz, ts timestamp, iv interval, js json, jb jsonb, by bytea, ia int[], ta text[],
  ba boolean[], ipa inet[], ea public.mood[], e public.mood, p public.percent, fl public.flag, ip inet, ci4 cidr,
  mac macaddr, r int4range, mr int4multirange, tr tstzrange, v tsvector, x xml, bits bit(3), co public.pair, m money,
  pt point, twice int generated always as (id * 2) stored
);
comment on table public.kinds is 'every "kind"';
comment on column public.kinds.n is 'numbers';
create table public."order" (
  "select" bigint generated always as identity primary key, "Mixed Case" text default 'it''s', "quo""te" int,
  "quo""te and space" int, "emoji 🙂" text, "dot.ted:col,on(s)" text, " lead" text, "back\\slash" text,
  "one "" more" text
);
create table public."we.ird, ""table"" (🙂)/%20?#" (id int primary key, "c0" text);
create table public.composite (b text, a numeric, c timestamptz, note text, primary key (b, a, c));
create table public.texts (k text primary key, n int not null);
create table public.flags (k boolean, c char(3), i inet, note text, primary key (k, c, i));
create table public.exotic (
  by bytea, e public.mood, f real, d date, j jsonb, ar int[], n int not null, primary key (by, e, f, d, j, ar)
);
create table public.many (id bigint primary key, body text not null);
create table public.wide (id int primary key, body text not null);
create table public.nokey (a int, b text);
create table public.parted (id int, region text) partition by list (region);
create table public.parted_a partition of public.parted for values in ('a');
create table public.parted_b partition of public.parted for values in ('b', 'c');
create table public.shards (id int primary key) partition by range (id);
create table public.shards_low partition of public.shards for values from (minvalue) to (10);
create table public.shards_high partition of public.shards for values from (10) to (maxvalue);
create table public.splinters (id int primary key, shard int references public.shards);
create table public.empty (id int primary key);
create table public.secrets (id int primary key, body text);
alter table public.secrets enable row level security;
create table public.parents (
  x int, y int, owner uuid references auth.users on delete cascade, label text not null,
  constraint "odd name" check (x > 0 or y > 0), primary key (y, x), unique nulls not distinct (label, x)
);
create table public.children (
  id int primary key, px int, py int, boss int references public.children deferrable initially deferred,
  foreign key (px, py) references public.parents (x, y) on update cascade on delete set null
);
alter table public.children add constraint later check (id > 0) not valid;
create unique index on public.parents (lower(label) desc) where y > 0;
create index on public.kinds using gin (ta);
create view public.adults as select id, t from public.kinds;
create table private.hidden (id int primary key);
insert into private.hidden values (1);
create table public.forbidden (id int primary key);
`;

const ROWS_SQL = `
set timezone = 'UTC';
insert into public.kinds (id, b, i2, i8, o, n, n2, nn, f4, f8, t, vc, c, one, nm, ci, u, d, tm, tmz, tz, ts, iv, js, jb, by, ia, ta, ba, ipa, ea, e, p, fl, ip, ci4, mac, r, mr, tr, v, x, bits, co, m, pt) values
(1, true, -32768, 9007199254740993, 4294967295, 12345678901234567890.123456789, 1.1, 12345, 1.5, 0.1, 'a', 'abc', 'ab', 'x', 'name', 'CiText', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '2024-02-29', '23:59:59.999999', '12:00+05:30', '2024-01-01 00:00:00.123456+05:30', '2024-01-01 00:00:00.5', '1 mon 30 days 04:05:06.7', '{"b":1,"a":1.0,"a":2}', '{"b":1,"a":1.0,"a":2}', '\\xdeadbeef', '{1,NULL,3}', '{"NULL",NULL,"a,b","q\\"q"}', '{t,f,NULL}', '{10.0.0.1,10.0.0.0/8}', '{sad,"ha''ppy"}', 'ha''ppy', 50, true, '10.0.0.1', '10.0.0.0/8', '08:00:2b:01:02:03', '[1,5)', '{[1,2),[5,8)}', '["2024-01-01 00:00:00+00",)', 'a b', '<a>1</a>', '101', '(1,"a,b")', 12.34, '(1,2)'),
(3, false, 0, -9223372036854775808, 0, 'NaN', -0.0001, -100, '-Infinity', 'NaN', '', '', '', '', '', '', '00000000-0000-0000-0000-000000000000', '0044-03-15 BC', '00:00', '00:00-12', 'infinity', '-infinity', '-1 day', 'null', 'null', '', '{}', '{}', '{}', '{}', '{}', 'sad', 0, false, '::1', '::/0', '08:00:2b:01:02:03', 'empty', '{}', 'empty', '', null, '000', '(,)', -0.01, null),
(4, true, 1, 1, 1, 100, 100.5000, 0, 3.4e38, 1e300, E'line\\nbreak\\ttab\\r\\\\N', 'é', ' x', 'é', 'é', 'É', 'ffffffff-ffff-ffff-ffff-ffffffffffff', '9999-12-31', '12:00:00', '12:00:00.5+14', '1969-12-31 23:59:59.999999Z', '0001-01-01', 'P1Y2M3DT4H5M6S', '[1, 2]', '[1, 2]', '\\x00', '{{1,2},{3,4}}', '{🙂}', null, null, null, 'ok', 100, true, 'fe80::1', '192.168.0.0/24', null, '(,)', null, '(,)', '''it''''s'' b:2A', '<b/>', null, null, null, null),
(5, null, null, null, null, null, null, null, '-0', '-0', null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, false, null, null, null, null, null, null, null, null, null, null, null, null);
insert into public.kinds (id, fl) values (2, false);
insert into public."order" ("Mixed Case", "quo""te", "quo""te and space", "emoji 🙂", "dot.ted:col,on(s)", " lead", "back\\slash") values
('Mixed', 1, 2, '🙂', 'd', ' l ', 'b\\'), (null, null, null, null, null, null, null);
update public."order" set "one "" more" = 'one' where "Mixed Case" is not null;
insert into public."we.ird, ""table"" (🙂)/%20?#" values (1, 'x'), (2, null);
insert into public.composite select k, a, c, k || a from unnest(array['a', 'a,b', 'a"b', '', 'é', '(x)', '{y}']) k,
  unnest(array['-1.50', '0', '1e20', 'NaN']::numeric[]) a, unnest(array['-infinity', '2024-01-01 00:00:00.000001+00', 'infinity']::timestamptz[]) c;
insert into public.texts select k, row_number() over () from unnest(array['', ' ', ',', '"', '""', '\\', '\\\\', '(', ')', '()', 'a.b', 'a:b', 'a,b', '{a,b}', 'null', 'NULL', 'not.eq', '🙂', 'é', 'e\u0301', 'Z', 'a', 'A', '%', '*', '''', E'\\n', E'\\t', 'a b', '+', '&', '=', '#', '?', '/', '10', '9']) k;
insert into public.flags select k, c, i, 'x' from unnest(array[true, false]) k, unnest(array['a', 'ab', 'abc']) c, unnest(array['10.0.0.1', '10.0.0.0/8', '::1']::inet[]) i;
insert into public.exotic select by, e, f, d, j, ar, 1
from unnest(array['\\x', '\\x00', '\\x5c22']::bytea[]) by, unnest(enum_range(null::public.mood)) e, unnest(array[-0.1, 1e-30, 'NaN']::real[]) f,
  unnest(array['-infinity', '2024-02-29']::date[]) d, unnest(array['"a,b"', '{"k": [1, "\\""]}']::jsonb[]) j, unnest(array['{}', '{1,NULL}']::text[]) r,
  lateral (select r::int[] as ar) casted;
insert into public.many select i * 3, 'row ' || i from generate_series(1, 5000) i;
insert into public.wide select i, repeat(chr(65 + i), 100000) from generate_series(1, 25) i;
insert into public.nokey select i % 7, case when i % 3 = 0 then null else 'x' end from generate_series(1, 2500) i;
insert into public.parted select i, (array['a', 'b', 'c'])[1 + i % 3] from generate_series(1, 2500) i;
insert into public.secrets values (1, 'one'), (2, 'two');
insert into public.parents values (1, 1, null, 'one'), (2, 1, null, 'two');
insert into public.children values (1, 1, 1, null), (2, null, null, 1);
analyze;
`;

const GRANTS_SQL = `
grant usage on schema public to anon, authenticated, service_role, contract_reader;
grant select on all tables in schema public to anon, authenticated, service_role, contract_reader;
revoke all on public.forbidden from anon, authenticated, service_role, contract_reader;
`;

export interface ContractDatabase extends TestDatabase {
  /** As a role that row level security binds, and that may not read everything. */
  readonly readerConnectionString: string;
  /** Rows as Postgres itself prints them, in order of the key if there is one. */
  expectedRows(table: string, columns: readonly string[], order: string): Promise<(string | null)[][]>;
  execute(sql: string): Promise<void>;
  stop(): Promise<void>;
}

/** A database with everything above and the kit's function, behind whatever adapter reads it. */
export async function createContractDatabase(): Promise<ContractDatabase> {
  const server = await startPostgres();
  const database = await server.createDatabase();
  const client = new pg.Client({ connectionString: database.connectionString });
  client.on('error', () => undefined);
  await client.connect();
  try {
    for (const sql of [ROLES_SQL, SCHEMA_SQL, ROWS_SQL, GRANTS_SQL, CREATE_CATALOG_FUNCTION_SQL]) {
      await client.query(sql);
    }
  } catch (failure) {
    await client.end();
    throw failure;
  }
  const reader = new URL(database.connectionString);
  reader.username = 'contract_reader';
  return {
    ...database,
    readerConnectionString: reader.href,
    async expectedRows(table, columns, order) {
      const select = columns.map((column) => `t.${pg.escapeIdentifier(column)}`).join(', ');
      const result = await client.query<(string | null)[]>({
        text: `select ${select} from ${table} t ${order}`,
        rowMode: 'array',
        types: { getTypeParser: () => (value: string) => value },
      });
      return result.rows;
    },
    async execute(sql) {
      await client.query(sql);
    },
    async stop() {
      await client.end();
      await database.drop();
      await server.stop();
    },
  };
}
