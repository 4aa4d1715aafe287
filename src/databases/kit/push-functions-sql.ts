import { TRY_AGAIN_SQL } from './canonical-settings.ts';
import { PUBLIC_FUNCTIONS, onlyServiceRole } from './public-functions.ts';

/** Staging a push, and finding out what became of it. */
export const PUSH_FUNCTIONS_SQL = `-- Keeps a batch until the push is committed. The same batch may come again: it replaces the earlier one. A push that
-- was decided takes no more; the answer is its outcome.
create or replace function public.syncline_stage_push(push_id uuid, batch_no int, payload jsonb)
returns jsonb
language plpgsql
security definer
set search_path = ''
set lock_timeout = '10s'
as $syncline$
declare
  push record;
begin
  if pg_catalog.jsonb_typeof(payload) is distinct from 'array' then
    raise exception using errcode = '22023', message = 'A batch is an array of operations.';
  end if;
  insert into syncline.pushes (push_id) values ($1) on conflict do nothing;
  select p.* into push from syncline.pushes p where p.push_id = $1 for update;
  if push.state <> 'staged' then
    return push.outcome;
  end if;
  insert into syncline.push_batches as b (push_id, batch_no, payload) values ($1, $2, $3)
  on conflict on constraint push_batches_pkey do update set payload = excluded.payload;
  return pg_catalog.jsonb_build_object(
    'state', 'staged', 'pushId', $1,
    'batches', (select pg_catalog.count(*) from syncline.push_batches b where b.push_id = $1)
  );
${TRY_AGAIN_SQL}
end
$syncline$;
comment on function public.${PUBLIC_FUNCTIONS.stagePush} is 'Syncline: keeps one batch of a push. Changes no table.';
${onlyServiceRole(PUBLIC_FUNCTIONS.stagePush)}

-- What became of a push: its outcome; or that it is staged, or being committed at this moment; null when unknown.
create or replace function public.syncline_push_outcome(push_id uuid)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $syncline$
declare
  push record;
begin
  select p.* into push from syncline.pushes p where p.push_id = $1;
  if push.push_id is null then
    return null;
  end if;
  if push.state <> 'staged' then
    return push.outcome;
  end if;
  perform from syncline.pushes p where p.push_id = $1 for key share skip locked;
  return pg_catalog.jsonb_build_object(
    'state', case when found then 'staged' else 'committing' end,
    'pushId', $1,
    'batches', (select pg_catalog.count(*) from syncline.push_batches b where b.push_id = $1)
  );
${TRY_AGAIN_SQL}
end
$syncline$;
comment on function public.${PUBLIC_FUNCTIONS.pushOutcome} is 'Syncline: what became of a push.';
${onlyServiceRole(PUBLIC_FUNCTIONS.pushOutcome)}

-- Gives a push up, for good: whatever request of it is still on its way will find it discarded. Waits for a commit that
-- is running, and then answers with its outcome.
create or replace function public.syncline_discard_push(push_id uuid)
returns jsonb
language plpgsql
security definer
set search_path = ''
set lock_timeout = '60s'
as $syncline$
declare
  push record;
begin
  insert into syncline.pushes (push_id) values ($1) on conflict do nothing;
  select p.* into push from syncline.pushes p where p.push_id = $1 for update;
  if push.state <> 'staged' then
    return push.outcome;
  end if;
  delete from syncline.push_batches b where b.push_id = $1;
  update syncline.pushes p
  set state = 'discarded', decided_at = pg_catalog.now(),
    outcome = pg_catalog.jsonb_build_object('state', 'discarded', 'pushId', $1)
  where p.push_id = $1
  returning p.* into push;
  return push.outcome;
${TRY_AGAIN_SQL}
end
$syncline$;
comment on function public.${PUBLIC_FUNCTIONS.discardPush} is 'Syncline: gives up a push that was not committed, for good.';
${onlyServiceRole(PUBLIC_FUNCTIONS.discardPush)}
`;
