import { parseArrayLiteral } from '../../values/array-text.ts';
import { quoteIdentifier, quoteLiteral } from '../identifiers.ts';
import type { LocalColumn } from '../local-schema.ts';
import { castValue } from './cast.ts';
import { compare, compareDistinct, isComparison, requireEqual } from './compare.ts';
import { EXACT_DIGITS, numberValue } from './constant.ts';
import { translateCall } from './functions.ts';
import { globOf, isCaseless } from './pattern.ts';
import type { Expression } from './syntax.ts';
import { meaningOf } from './type-meaning.ts';
import type { Scope, Value } from './value.ts';
import { isKind, isPlainText, operand, truth, untranslatable } from './value.ts';

/**
 * An expression in SQLite's SQL. Where `mayBeWeaker`, a condition may hold in more cases than production's does, never
 * in fewer. Throws Untranslatable with the reason.
 */
export function translate(expression: Expression, scope: Scope, mayBeWeaker = false): Value {
  switch (expression.kind) {
    case 'string':
      return {
        sql: quoteLiteral(expression.value),
        type: undefined,
        constant: expression.value,
        present: true,
      };
    case 'number':
      return numberValue(expression.text);
    case 'boolean':
      return {
        ...truth(expression.value ? '1' : '0', false),
        constant: String(expression.value),
        present: true,
      };
    case 'null':
      return { sql: 'NULL', type: undefined };
    case 'column':
      return columnValue(expression.name, scope);
    case 'cast':
      return castValue(translate(expression.operand, scope), meaningOf(expression.type));
    case 'call':
      return translateNamed(expression, scope);
    case 'unary':
      return translateUnary(expression, scope);
    case 'binary':
      return translateBinary(expression, scope, mayBeWeaker);
    case 'is':
      return translateIs(expression, scope);
    case 'distinct':
      return compareDistinct(
        translate(expression.left, scope),
        translate(expression.right, scope),
        expression.negated,
      );
    case 'quantified':
      return translateQuantified(expression, scope, mayBeWeaker);
    case 'case':
      return translateCase(expression, scope, mayBeWeaker);
    case 'array':
      return untranslatable('it makes an array');
  }
}

function columnValue(name: string, scope: Scope): Value {
  const column = scope.columnByName.get(name);
  if (column === undefined) return untranslatable(`it mentions "${name}", which is not pulled`);
  scope.mentioned.add(column);
  const sql = quoteIdentifier(column.name);
  const { type, nullable } = column.source;
  if (type.kind === 'numeric') return numericColumn(sql, column);
  return { sql, type, present: !nullable };
}

/** A numeric is TEXT locally. As a REAL it compares; NaN stands above everything, as Postgres has it. */
function numericColumn(cell: string, column: LocalColumn): Value {
  const { type, nullable } = column.source;
  const precision = type.kind === 'numeric' ? type.precision : undefined;
  const infinities =
    precision === undefined ? " WHEN 'Infinity' THEN 9e999 WHEN '-Infinity' THEN -9e999" : '';
  return {
    sql: `CASE ${cell} WHEN 'NaN' THEN 9e999${infinities} ELSE CAST(${cell} AS REAL) END`,
    cell,
    type,
    exact: precision !== undefined && precision <= EXACT_DIGITS,
    present: !nullable,
  };
}

function condition(expression: Expression, scope: Scope, mayBeWeaker: boolean): Value {
  const value = translate(expression, scope, mayBeWeaker);
  return isKind(value, 'boolean') ? value : untranslatable('a condition of it is not a boolean');
}

function translateNamed(call: Extract<Expression, { kind: 'call' }>, scope: Scope): Value {
  if (call.schema === undefined && (call.name === 'coalesce' || call.name === 'nullif')) {
    const args = call.args.map((arg) => translate(arg, scope));
    return call.name === 'coalesce' ? coalesce(args) : nullif(args);
  }
  if (call.name === 'jsonb_array_length' || call.name === 'json_array_length') {
    const [array] = call.args.map((arg) => translate(arg, scope));
    if (array === undefined || !isKind(array, 'json')) return untranslatable('it is not understood');
    return { sql: `json_array_length(${array.sql})`, type: { kind: 'integer', bits: 32 } };
  }
  return translateCall(
    call.name,
    call.schema,
    call.args.map((arg) => translate(arg, scope)),
  );
}

function coalesce(args: readonly Value[]): Value {
  const type = args.find((arg) => arg.type !== undefined)?.type;
  const fits = (arg: Value) =>
    arg.sql === 'NULL' || (arg.type === undefined ? type?.kind === 'text' : arg.type.kind === type?.kind);
  if (type === undefined || !args.every(fits)) {
    return untranslatable('COALESCE chooses among values of several types');
  }
  for (const arg of args) if (arg.sql !== 'NULL') requireEqual(arg, arg, true);
  return {
    sql: `coalesce(${args.map((arg) => arg.sql).join(', ')})`,
    type,
    exact: args.every((arg) => arg.exact === true),
    integral: args.some((arg) => arg.integral === true),
    present: args.some((arg) => arg.present === true),
  };
}

function nullif([value, other]: readonly Value[]): Value {
  if (value === undefined || other === undefined) return untranslatable('it is not understood');
  requireEqual(value, other, false);
  return { ...withoutPresence(value), sql: `nullif(${value.sql}, ${other.sql})`, loose: false };
}

function withoutPresence({ sql, type, exact, integral }: Value): Value {
  return {
    sql,
    type,
    ...(exact === undefined ? {} : { exact }),
    ...(integral === undefined ? {} : { integral }),
  };
}

function translateUnary(expression: Extract<Expression, { kind: 'unary' }>, scope: Scope): Value {
  if (expression.operator === 'NOT') {
    return truth(`NOT ${operand(condition(expression.operand, scope, false))}`);
  }
  const value = translate(expression.operand, scope);
  const isConstant = isKind(value, 'numeric') && value.constant !== undefined;
  if (!isKind(value, 'integer') && !isConstant) {
    // NaN stays NaN, which would become the least of all numbers.
    return untranslatable('it negates something other than an integer');
  }
  if (expression.operator === '+') return value;
  return { ...withoutPresence(value), sql: `-${operand({ ...value, loose: true })}`, loose: true };
}

function translateBinary(
  expression: Extract<Expression, { kind: 'binary' }>,
  scope: Scope,
  mayBeWeaker: boolean,
): Value {
  const { operator } = expression;
  if (operator === 'AND' || operator === 'OR') {
    const sides = [expression.left, expression.right].map((side) =>
      operand(condition(side, scope, mayBeWeaker)),
    );
    return truth(sides.join(` ${operator} `));
  }
  const json = translateJsonType(expression, scope);
  if (json !== undefined) return json;
  const left = translate(expression.left, scope);
  const right = translate(expression.right, scope);
  if (isComparison(operator)) return compare(operator, left, right, mayBeWeaker);
  if (['~~', '!~~', '~~*', '!~~*'].includes(operator)) return like(operator, left, right);
  if (['+', '-', '*', '/', '%', '&', '|'].includes(operator)) {
    if (isKind(left, 'integer') && isKind(right, 'integer')) {
      return {
        sql: `${operand(left)} ${operator} ${operand(right)}`,
        loose: true,
        type: { kind: 'integer', bits: 64 },
      };
    }
    return untranslatable('it computes with values that SQLite would round');
  }
  if (operator === '||' && isPlainText(left) && isPlainText(right)) {
    return { sql: `${operand(left)} || ${operand(right)}`, loose: true, type: { kind: 'text' } };
  }
  return untranslatable(`the operator ${operator} has no certain equal in SQLite`);
}

/** `jsonb_typeof(x) = 'object'`: of the types' names, these are the ones that both engines use. */
function translateJsonType(
  { operator, left, right }: Extract<Expression, { kind: 'binary' }>,
  scope: Scope,
): Value | undefined {
  if (left.kind !== 'call' || !/^jsonb?_typeof$/.test(left.name) || !['=', '<>'].includes(operator))
    return undefined;
  const [argument] = left.args.map((arg) => translate(arg, scope));
  const type = translate(right, scope).constant ?? '';
  if (argument === undefined || !isKind(argument, 'json') || !['object', 'array', 'null'].includes(type)) {
    return untranslatable('SQLite names the types of JSON otherwise');
  }
  return truth(`json_type(${argument.sql}) ${operator} ${quoteLiteral(type)}`);
}

function like(operator: string, left: Value, right: Value): Value {
  const pattern = isPlainText(right) ? right.constant : undefined;
  const isPadded = left.type?.kind === 'text' && left.type.padded === true;
  if (pattern === undefined || !isPlainText(left) || isPadded) {
    return untranslatable('its LIKE does not match text with a constant');
  }
  if (operator.endsWith('*') && !isCaseless(pattern)) {
    return untranslatable('ILIKE folds letters that SQLite does not');
  }
  const not = operator.startsWith('!') ? 'NOT ' : '';
  return truth(`${operand(left)} ${not}GLOB ${quoteLiteral(globOf(pattern))}`);
}

function translateIs(expression: Extract<Expression, { kind: 'is' }>, scope: Scope): Value {
  const { test, negated } = expression;
  const not = negated ? 'NOT ' : '';
  if (test === 'null') {
    const value = translate(expression.operand, scope);
    return truth(`${value.cell ?? operand(value)} IS ${not}NULL`);
  }
  const value = condition(expression.operand, scope, false);
  return truth(`${operand(value)} IS ${not}${test === 'unknown' ? 'NULL' : test.toUpperCase()}`);
}

function translateQuantified(
  expression: Extract<Expression, { kind: 'quantified' }>,
  scope: Scope,
  mayBeWeaker: boolean,
): Value {
  const { operator, all } = expression;
  const items = itemsOf(expression.array);
  if (items.length === 0) return untranslatable('it compares with an empty array');
  const isList = all ? operator === '<>' : operator === '=';
  if (!isList) {
    return items
      .map((item): Expression => ({ kind: 'binary', operator, left: expression.operand, right: item }))
      .map((comparison) => condition(comparison, scope, mayBeWeaker))
      .reduce((left, right) => truth(`${operand(left)} ${all ? 'AND' : 'OR'} ${operand(right)}`));
  }
  const left = translate(expression.operand, scope);
  const list = items.map((item) => {
    const value = translate(item, scope);
    if (value.sql !== 'NULL') compare(all ? '<>' : '=', left, value, mayBeWeaker);
    return value.sql;
  });
  return truth(`${operand(left)} ${all ? 'NOT IN' : 'IN'} (${list.join(', ')})`);
}

/** The items of `ARRAY[...]`, of its cast, or of an array constant. */
function itemsOf(array: Expression): readonly Expression[] {
  if (array.kind === 'array') return array.items;
  if (array.kind !== 'cast' || !array.type.isArray)
    return untranslatable('it searches an array that is no constant');
  const type = { ...array.type, isArray: false };
  const cast = (operandOfCast: Expression): Expression => ({ kind: 'cast', operand: operandOfCast, type });
  if (array.operand.kind !== 'string') return itemsOf(array.operand).map(cast);
  const literal = parseArrayLiteral(array.operand.value, ',');
  const values = literal?.values.map((value): Expression | undefined => {
    if (value === null) return { kind: 'null' };
    return typeof value === 'string' ? cast({ kind: 'string', value }) : undefined;
  });
  return values?.every((value) => value !== undefined) === true
    ? values
    : untranslatable('it searches an array of several dimensions');
}

function translateCase(
  expression: Extract<Expression, { kind: 'case' }>,
  scope: Scope,
  mayBeWeaker: boolean,
): Value {
  const { operand: subject, branches, otherwise } = expression;
  const results = [
    ...branches.map((branch) => branch.then),
    ...(otherwise === undefined ? [] : [otherwise]),
  ].map((result) => translate(result, scope, mayBeWeaker));
  const type = results.find((result) => result.type !== undefined)?.type;
  if (
    type === undefined ||
    results.some((result) => result.type !== undefined && result.type.kind !== type.kind)
  ) {
    return untranslatable('its CASE chooses among values of several types');
  }
  if (type.kind === 'numeric') return untranslatable('its CASE chooses among numeric values');
  const parts = branches.map((branch, index) => {
    const when: Expression =
      subject === undefined
        ? branch.when
        : { kind: 'binary', operator: '=', left: subject, right: branch.when };
    return `WHEN ${condition(when, scope, false).sql} THEN ${results[index]?.sql ?? 'NULL'}`;
  });
  const last = otherwise === undefined ? [] : [`ELSE ${results.at(-1)?.sql ?? 'NULL'}`];
  return { sql: ['CASE', ...parts, ...last, 'END'].join(' '), type };
}
