import type { Capability, ProductionProbe } from '../../core/ports.ts';
import { managedSchemaCondition } from '../../core/schema/managed-schemas.ts';
import type { Session } from './session.ts';

const PROBE_SQL = `with chosen_schemas as (
  select n.oid from pg_catalog.pg_namespace n
  where case
    when $1::text[] is null then not ${managedSchemaCondition('n.nspname')}
    else n.nspname::text = any ($1::text[])
  end
)
select
  current_user::text as role,
  pg_catalog.current_setting('server_version') as version,
  not exists (
    select from pg_catalog.pg_class c
    where c.relnamespace in (select oid from chosen_schemas)
      and c.relkind in ('r', 'p') and c.relrowsecurity and pg_catalog.row_security_active(c.oid)
  ) as sees_all_rows,
  not pg_catalog.pg_is_in_recovery() and exists (
    select from chosen_schemas s where pg_catalog.has_schema_privilege(s.oid, 'CREATE')
  ) as may_create`;

interface ProbeRow {
  readonly role: string;
  readonly version: string;
  readonly sees_all_rows: boolean;
  readonly may_create: boolean;
}

/** Asks the server who we are and what we may do, and measures one round trip; `kit` says whether it may be used. */
export async function probeServer(
  session: Session,
  { schemas, kit }: { readonly schemas: readonly string[] | null; readonly kit: boolean },
  signal: AbortSignal,
): Promise<ProductionProbe> {
  const activity = 'finding out what is possible';
  const [row] = await session.query<ProbeRow>({ text: PROBE_SQL, values: [schemas], activity }, signal);
  const began = performance.now();
  await session.query({ text: 'select 1', activity }, signal);
  const latencyMilliseconds = Math.round((performance.now() - began) * 10) / 10;
  const capabilities: Capability[] = ['catalog', 'snapshot', 'copy'];
  if (row?.may_create === true) capabilities.push('ddl');
  if (kit) capabilities.push('kit');
  return {
    capabilities,
    role: row?.role ?? '',
    seesAllRows: row?.sees_all_rows === true,
    serverVersion: `PostgreSQL ${row?.version.split(' ')[0] ?? ''}`,
    latencyMilliseconds,
  };
}
