import { PUBLIC_FUNCTIONS, onlyServiceRole } from './public-functions.ts';

/** Operations that one statement does. */
const RUN_LENGTH = 500;
/** The same once something has failed: all of a run is repeated singly when one of it fails. */
const PATIENT_RUN_LENGTH = 50;
/** More failures than this are not looked for: each costs about a millisecond. */
const MOST_FAILURES = 1000;

/** `syncline_commit_push`, and the two ways in which it tries a push. */
export const COMMIT_PUSH_SQL = `-- The quick way: runs of operations, nothing caught. Whatever fails is undone by the caller, who then asks for reasons.
create or replace function syncline.apply_quickly(push uuid, keep_keys boolean, out done jsonb[], out counts jsonb)
language plpgsql
set search_path = ''
as $syncline$
declare
  run record;
  table_oid oid;
  keys jsonb;
begin
  done := '{}';
  counts := '{"insert": 0, "update": 0, "delete": 0}';
  for run in select * from syncline.push_runs(push, ${RUN_LENGTH}) loop
    table_oid := syncline.relation(run.table_schema, run.table_name);
    keys := syncline.apply_run(
      run.operation, table_oid, run.key_names, run.expected_names, run.set_names, run.operations
    );
    if keep_keys and run.operation <> 'delete' then
      done := done || pg_catalog.jsonb_build_array(table_oid::bigint, keys);
    end if;
    counts := pg_catalog.jsonb_set(counts, array[run.operation], pg_catalog.to_jsonb(
      (counts ->> run.operation)::bigint + pg_catalog.jsonb_array_length(run.operations)
    ));
  end loop;
  perform syncline.check_deferred();
end
$syncline$;

-- One run with each failure kept apart: as a whole if that works, else operation by operation.
create or replace function syncline.apply_patiently(run record, tell_raised boolean, out keys jsonb, out failures jsonb)
language plpgsql
set search_path = ''
as $syncline$
declare
  single jsonb;
  state text;
  fault_constraint text;
  fault_column text;
  fault_table text;
  context text;
  said text;
  table_oid oid;
begin
  failures := '[]';
  begin
    table_oid := syncline.relation(run.table_schema, run.table_name);
    keys := syncline.apply_run(
      run.operation, table_oid, run.key_names, run.expected_names, run.set_names, run.operations
    );
    return;
  exception
    when serialization_failure or deadlock_detected or lock_not_available then
      raise;
    when others then
      null;
  end;
  keys := '[]';
  for single in select o.value from pg_catalog.jsonb_array_elements(run.operations) as o(value) loop
    begin
      table_oid := syncline.relation(run.table_schema, run.table_name);
      keys := keys || syncline.apply_run(
        run.operation, table_oid, run.key_names, run.expected_names, run.set_names,
        pg_catalog.jsonb_build_array(single)
      );
    exception
      when serialization_failure or deadlock_detected or lock_not_available then
        raise;
      when sqlstate 'SY002' then
        failures := failures || (
          pg_catalog.jsonb_build_object(
            'index', single -> 'place', 'schema', run.table_schema, 'name', run.table_name
          ) || case
            when run.operation = 'insert' then '{"cause": "suppressed"}'
            else syncline.missed_cause(table_oid, run.expected_names, single -> 'operation')
          end
        );
      when others then
        get stacked diagnostics
          state = returned_sqlstate,
          fault_constraint = constraint_name,
          fault_column = column_name,
          fault_table = table_name,
          context = pg_exception_context,
          said = message_text;
        -- The server's own trouble says nothing about the operation.
        if pg_catalog.left(state, 2) in ('08', '53', '54', '57', '58', 'F0', 'XX') then
          raise;
        end if;
        failures := failures || syncline.failure(
          (single -> 'place')::bigint, run.table_schema, run.table_name,
          state, fault_constraint, fault_column, fault_table, context,
          case when tell_raised then said end
        );
    end;
  end loop;
end
$syncline$;

-- The patient way: every failure is found (the first ${MOST_FAILURES} or so), of deferred constraints too. Applies what it
-- can; the caller undoes it unless there is no failure at all (a run that was too clever as one statement, such as two
-- updates of one row).
create or replace function syncline.apply_with_reasons(
  push uuid, tell_raised boolean, out done jsonb[], out counts jsonb, out failures jsonb
)
language plpgsql
set search_path = ''
as $syncline$
declare
  run record;
  applied record;
  deferred record;
  state text;
  fault_schema text;
  fault_table text;
  context text;
  said text;
begin
  done := '{}';
  failures := '[]';
  counts := '{"insert": 0, "update": 0, "delete": 0}';
  for run in select * from syncline.push_runs(push, ${PATIENT_RUN_LENGTH}) loop
    exit when pg_catalog.jsonb_array_length(failures) >= ${MOST_FAILURES};
    select * into applied from syncline.apply_patiently(run, tell_raised);
    failures := failures || applied.failures;
    if applied.failures = '[]' then
      if run.operation <> 'delete' then
        done := done || pg_catalog.jsonb_build_array(
          syncline.relation(run.table_schema, run.table_name)::bigint, applied.keys
        );
      end if;
      counts := pg_catalog.jsonb_set(counts, array[run.operation], pg_catalog.to_jsonb(
        (counts ->> run.operation)::bigint + pg_catalog.jsonb_array_length(run.operations)
      ));
    end if;
  end loop;

  for deferred in
    select distinct k.conname, n.nspname, pg_catalog.format('%I.%I', n.nspname, k.conname) as qualified_name
    from pg_catalog.pg_constraint k
    join pg_catalog.pg_namespace n on n.oid = k.connamespace
    where k.condeferrable and exists (
      select from syncline.push_batches b
      cross join lateral pg_catalog.jsonb_array_elements(b.payload) as o(value)
      join pg_catalog.pg_class c on c.oid in (k.conrelid, k.confrelid) and c.relname = o.value ->> 'name'
      where b.push_id = push
    )
    order by n.nspname, k.conname
  loop
    begin
      perform syncline.check_deferred(deferred.qualified_name);
    exception
      when serialization_failure or deadlock_detected or lock_not_available then
        raise;
      when others then
        get stacked diagnostics
          state = returned_sqlstate,
          fault_schema = schema_name,
          fault_table = table_name,
          context = pg_exception_context,
          said = message_text;
        failures := failures || syncline.failure(
          null, nullif(fault_schema, ''), nullif(fault_table, ''), state, deferred.conname, null, null, context,
          case when tell_raised then said end
        );
    end;
  end loop;
  if failures = '[]' then
    perform syncline.check_deferred();
  end if;
end
$syncline$;

create or replace function public.syncline_commit_push(
  push_id uuid, expected_batches int, options jsonb default '{}'
)
returns jsonb
language plpgsql
security definer
set search_path = ''
set lock_timeout = '10s'
set statement_timeout = '120s'
as $syncline$
declare
  push record;
  batches record;
  rehearse boolean := coalesce((options ->> 'rehearse')::boolean, false);
  tell_raised boolean := coalesce((options ->> 'raised')::boolean, false);
  applied record;
  failures jsonb := '[]';
  done boolean := false;
  answer jsonb;
begin
  -- Two commits of one push wait for each other here; the second finds it decided.
  select p.* into push from syncline.pushes p where p.push_id = $1 for update;
  if push.push_id is null then
    return pg_catalog.jsonb_build_object('state', 'unknown', 'pushId', $1);
  end if;
  if push.state <> 'staged' then
    return push.outcome;
  end if;
  select pg_catalog.count(*) as staged, pg_catalog.max(b.batch_no) as last into batches
  from syncline.push_batches b where b.push_id = $1;
  if batches.staged <> expected_batches or batches.last <> expected_batches - 1 then
    return pg_catalog.jsonb_build_object('state', 'incomplete', 'pushId', $1, 'batches', batches.staged);
  end if;

  begin
    set constraints all deferred;
    select * into applied from syncline.apply_quickly($1, options ? 'returning');
    answer := pg_catalog.jsonb_build_object(
      'pushId', $1, 'counts', applied.counts, 'effects', syncline.effects(),
      'rows', syncline.resulting_rows(coalesce(options -> 'returning', '[]'), applied.done)
    );
    if rehearse then
      raise exception using errcode = 'SY001'; -- undoes the block
    end if;
    done := true;
  exception
    when sqlstate 'SY001' then
      return answer || pg_catalog.jsonb_build_object('state', 'rehearsed', 'failures', failures);
    when serialization_failure or deadlock_detected or lock_not_available then
      raise;
    when others then
      null; -- the block is undone; the patient way finds out why
  end;

  if not done then
    begin
      set constraints all deferred;
      select * into applied from syncline.apply_with_reasons($1, tell_raised);
      failures := applied.failures;
      answer := pg_catalog.jsonb_build_object(
        'pushId', $1, 'counts', applied.counts, 'effects', syncline.effects(),
        'rows', syncline.resulting_rows(coalesce(options -> 'returning', '[]'), applied.done)
      );
      if rehearse or failures <> '[]' then
        raise exception using errcode = 'SY001';
      end if;
    exception
      when sqlstate 'SY001' then
        if rehearse then
          return answer || pg_catalog.jsonb_build_object('state', 'rehearsed', 'failures', failures);
        end if;
        answer := pg_catalog.jsonb_build_object('state', 'refused', 'pushId', $1, 'failures', failures);
        update syncline.pushes p
        set state = 'refused', decided_at = pg_catalog.now(), who = options ->> 'who', outcome = answer
        where p.push_id = $1;
        delete from syncline.push_batches b where b.push_id = $1;
        return answer;
    end;
  end if;

  perform syncline.advance_sequences($1);
  answer := answer || pg_catalog.jsonb_build_object(
    'state', 'committed', 'transaction', pg_catalog.pg_current_xact_id()::text, 'committedAt', pg_catalog.now()
  );
  update syncline.pushes p
  set state = 'committed', decided_at = pg_catalog.now(), xid = pg_catalog.pg_current_xact_id(),
    who = options ->> 'who', outcome = answer
  where p.push_id = $1;
  delete from syncline.push_batches b where b.push_id = $1;
  return answer;
exception
  -- Told, not raised: PostgREST would repeat the request without end. Nothing was applied; the push stays staged.
  when serialization_failure or deadlock_detected or lock_not_available then
    return pg_catalog.jsonb_build_object('state', 'retry', 'pushId', $1, 'cause', sqlstate);
end
$syncline$;
comment on function public.${PUBLIC_FUNCTIONS.commitPush} is 'Syncline: applies a staged push in one transaction, once; or refuses it with every reason; or rehearses it.';
${onlyServiceRole(PUBLIC_FUNCTIONS.commitPush)}
`;
