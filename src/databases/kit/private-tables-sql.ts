/** The private schema and its tables. Running it again changes nothing. */
export const PRIVATE_TABLES_SQL = `create schema if not exists syncline;
comment on schema syncline is 'Syncline: change log and staged pushes. Private; reached only through public.syncline_*().';

-- One row: which kit this is, and how far back its change log reaches.
create table if not exists syncline.meta (
  singleton boolean primary key default true check (singleton),
  version int not null,
  installed_at timestamptz not null default now(),
  -- The database that the log tells about. In a restored copy it differs, and the log means nothing.
  origin text not null,
  -- Changes of this transaction and of those before it may have been pruned.
  pruned_through xid8 not null default '0',
  pruned_at timestamptz
);

-- The tables that this migration was asked to track, whether or not their triggers are still there.
create table if not exists syncline.tracked_tables (
  table_schema text,
  table_name text,
  primary key (table_schema, table_name)
);

-- One entry for each changed row: its key, never its values. \`relation\` is the table's oid, which survives a rename.
-- The transaction's 64-bit id says, against a snapshot, whether a reader has seen the change; no clock is trusted.
create table if not exists syncline.changes (
  xid xid8 not null default pg_current_xact_id(),
  seq bigint not null generated always as identity,
  relation oid not null,
  op "char" not null, -- I insert, U update, D delete, T truncate or anything else that leaves no keys
  key text[],
  changed_at timestamptz not null default clock_timestamp(),
  primary key (xid, seq)
);
create index if not exists changes_without_keys on syncline.changes (xid) where op = 'T';

-- A push is staged in batches, then decided once and for all: committed, refused or discarded.
create table if not exists syncline.pushes (
  push_id uuid primary key,
  state text not null default 'staged' check (state in ('staged', 'committed', 'refused', 'discarded')),
  who text,
  staged_at timestamptz not null default now(),
  decided_at timestamptz,
  -- The transaction that committed it: changes of this transaction are the push's own.
  xid xid8,
  outcome jsonb
);
create unique index if not exists pushes_by_transaction on syncline.pushes (xid) where xid is not null;

create table if not exists syncline.push_batches (
  push_id uuid references syncline.pushes on delete cascade,
  batch_no int check (batch_no >= 0),
  payload jsonb not null,
  primary key (push_id, batch_no)
);
`;
