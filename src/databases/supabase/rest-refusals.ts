import type { PushFailure } from '../../core/push-ports.ts';
import { refusalWords } from '../refusal-words.ts';
import type { RestAnswer } from './rest-client.ts';

/**
 * Names in Postgres's own messages. Nothing else of a message is taken: what triggers say may quote values.
 */
const CONSTRAINT_MESSAGES: Readonly<Record<string, RegExp>> = {
  '23505': /^duplicate key value violates unique constraint "([^"]+)"$/,
  '23503': /^(?:insert or )?update (?:or delete )?on table ".+" violates foreign key constraint "([^"]+)"/,
  '23514': /^new row for relation ".+" violates check constraint "([^"]+)"$/,
  '23P01': /^conflicting key value violates exclusion constraint "([^"]+)"$/,
};
const COLUMN_MESSAGES: Readonly<Record<string, RegExp>> = {
  '23502': /^null value in column "([^"]+)" of relation ".+" violates not-null constraint$/,
};

/** Whether the database itself said no, and would say so again: then nothing of the request was applied. */
export function isVerdict({ status, code }: RestAnswer): boolean {
  if (status < 400 || status >= 500 || status === 408 || status === 429) return false;
  return /^(?:PGRST[12]|[0-9A-Z]{5}$)/.test(code) && !/^(?:08|25|40|53|55|57|58|F0|XX)/.test(code);
}

/** The database's no to one operation, in names and never in values. */
export function restRefusal({ code, hint }: RestAnswer, index: number): PushFailure {
  const constraint = CONSTRAINT_MESSAGES[code]?.exec(hint)?.[1];
  const column = COLUMN_MESSAGES[code]?.exec(hint)?.[1];
  const sqlState = SQL_STATES[code] ?? code;
  return {
    index,
    cause: 'refused',
    ...(sqlState.length === 5 ? { sqlState } : {}),
    ...(constraint === undefined ? {} : { constraint }),
    ...(column === undefined ? {} : { column }),
    message: refusalWords(sqlState, { constraint, column }),
  };
}

/** What PostgREST finds out before the database does. */
const SQL_STATES: Readonly<Record<string, string>> = { PGRST204: '42703', PGRST205: '42P01' };
