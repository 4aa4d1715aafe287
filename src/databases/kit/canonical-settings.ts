/**
 * The settings under which `column::text` is the same text wherever it is read: those of the Postgres adapter's own
 * sessions. As clauses of CREATE FUNCTION. Row security is off, which means that a policy which would hide rows from
 * the function raises an error instead of making its answer silently partial. Compiling the generated statements costs
 * more than it saves.
 */
export const CANONICAL_SETTINGS_SQL = `set search_path = ''
set "DateStyle" = 'ISO, YMD'
set "IntervalStyle" = 'postgres'
set "TimeZone" = 'UTC'
set bytea_output = 'hex'
set extra_float_digits = 1
set row_security = off
set jit = off`;

/**
 * PostgREST repeats a transaction that fails with these codes without end, so no function of the kit lets one out. 503
 * is what a client waits for and tries again; `PT503` is PostgREST's way of saying it.
 */
export const TRY_AGAIN_SQL = `exception
  when serialization_failure or deadlock_detected then
    raise exception using errcode = 'PT503', message = 'The database asked to try again.';`;
