import type { Payload } from '../request/payload.ts';
import type { Parameter, Routine } from '../schema/model.ts';
import { returnsScalar } from '../schema/model.ts';
import { columnSql, listSql, qualified } from './field-sql.ts';
import type { Sql } from './fragment.ts';
import { EMPTY, bound, identifier, sql, trusted } from './fragment.ts';
import { BODY_ROWS, jsonRowsSql } from './json-rows-sql.ts';
import { SCALAR } from './result-sql.ts';

/** The arguments of a call, by name from the query string or a form, or in a body. */
export type CallArguments =
  | { readonly kind: 'named'; readonly pairs: readonly (readonly [name: string, value: string])[] }
  | { readonly kind: 'body'; readonly payload: Payload | undefined };

export interface Call {
  readonly routine: Routine;
  readonly arguments: CallArguments;
  /** The names of the arguments that are given. */
  readonly given: readonly string[];
  /** The columns of the returned rows that the request needs; `*` is all of them. */
  readonly columns: readonly string[];
}

const CALL = trusted('pgrst_call');

export function callSql({ routine, arguments: given, given: names, columns }: Call): Sql {
  const [first, ...others] = routine.parameters;
  const from = (parameters: Sql): Sql => calledSql(routine, parameters);
  const shown = returnsScalar(routine) ? sql`${CALL}.${SCALAR}` : shownSql(columns);
  if (first?.name === '' && others.length === 0)
    return sql`select ${shown} from ${from(onlyArgument(first, given))}`;
  const passed = routine.parameters.filter(({ name }) => names.includes(name));
  if (passed.length === 0) return sql`select ${shown} from ${from(EMPTY)}`;
  if (given.kind === 'named') return sql`select ${shown} from ${from(namedArguments(passed, given.pairs))}`;
  const body = given.payload?.kind === 'json' ? given.payload.text : '';
  const cells = passed.map(({ name, wideType }) => ({
    name,
    sqlType: wideType,
    defaultExpression: undefined,
  }));
  const rows = jsonRowsSql({ body, cells, defaults: false, firstOnly: true });
  const taken = passed.map((parameter) =>
    argumentSql(parameter, sql`${BODY_ROWS}.${identifier(parameter.name)}`),
  );
  return sql`select ${shown} from ${rows}, lateral ${from(listSql(taken))}`;
}

function calledSql(routine: Routine, parameters: Sql): Sql {
  const call = sql`${qualified(routine)}(${parameters})`;
  return returnsScalar(routine) ? sql`(select ${call} ${SCALAR}) ${CALL}` : sql`${call} ${CALL}`;
}

function shownSql(columns: readonly string[]): Sql {
  if (columns.length === 0) return trusted('*');
  return listSql(columns.map((name) => columnSql({ alias: 'pgrst_call' }, name)));
}

function argumentSql({ name, variadic }: Parameter, value: Sql): Sql {
  return sql`${trusted(variadic ? 'variadic ' : '')}${identifier(name)} := ${value}`;
}

function namedArguments(
  parameters: readonly Parameter[],
  pairs: readonly (readonly [name: string, value: string])[],
): Sql {
  const values = parameters.map((parameter) => {
    const given = pairs.filter(([name]) => name === parameter.name).map(([, value]) => value);
    // A variadic parameter takes every argument of its name; of others the last counts.
    const value = parameter.variadic ? sql`array[${listSql(given.map(bound))}]` : bound(given.at(-1) ?? null);
    return argumentSql(parameter, sql`${value}::${trusted(parameter.wideType)}`);
  });
  return listSql(values);
}

/** The whole body, or what stands for it, is the one unnamed argument. */
function onlyArgument({ type }: Parameter, given: CallArguments): Sql {
  if (given.kind === 'named')
    return sql`${bound(JSON.stringify(Object.fromEntries(given.pairs)))}::${trusted(type)}`;
  const { payload } = given;
  if (payload?.kind === 'raw') {
    const text = type === 'bytea' ? `\\x${payload.bytes.toString('hex')}` : payload.bytes.toString('utf8');
    return sql`${bound(text)}::${trusted(type)}`;
  }
  return sql`${bound(payload?.kind === 'json' ? payload.text : null)}::${trusted(type)}`;
}
