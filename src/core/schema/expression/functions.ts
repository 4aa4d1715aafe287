import { quoteLiteral } from '../identifiers.ts';
import { globOf } from './pattern.ts';
import type { Value } from './value.ts';
import { isKind, isPlainText, operand, truth, untranslatable } from './value.ts';

type Translate = (args: readonly Value[]) => Value;

const TEXT = { kind: 'text' } as const;
const INTEGER = { kind: 'integer', bits: 32 } as const;

function text(args: readonly Value[], index: number): Value {
  const value = args[index];
  return value !== undefined && isPlainText(value)
    ? value
    : untranslatable('a function of it takes something other than text');
}

/** The constant integer at `index`, at least `least`. */
function count(args: readonly Value[], index: number, least: number): number {
  const value = args[index];
  const number = value !== undefined && isKind(value, 'integer') ? Number(value.constant ?? 'none') : NaN;
  return Number.isInteger(number) && number >= least
    ? number
    : untranslatable('a function of it takes a length or place that is no constant');
}

function arity(args: readonly Value[], least: number, most = least): void {
  if (args.length < least || args.length > most) untranslatable('a function of it is called in a rare form');
}

/** ASCII letters only, where Postgres folds every letter. What is equal when folded here is equal when folded there. */
const folding =
  (name: 'lower' | 'upper'): Translate =>
  (args) => {
    arity(args, 1);
    return { sql: `${name}(${text(args, 0).sql})`, type: TEXT };
  };

const trimming =
  (name: 'trim' | 'ltrim' | 'rtrim'): Translate =>
  (args) => {
    arity(args, 1, 2);
    const list = args.map((_, index) => text(args, index).sql).join(', ');
    return { sql: `${name}(${list})`, type: TEXT };
  };

const length: Translate = (args) => {
  arity(args, 1);
  const [value] = args;
  if (value === undefined || !(isKind(value, 'bytes') || isPlainText(value))) {
    return untranslatable('it takes the length of something other than text');
  }
  return { sql: `length(${value.sql})`, type: INTEGER };
};

const octetLength: Translate = (args) => {
  arity(args, 1);
  const [value] = args;
  if (value !== undefined && isKind(value, 'bytes')) return { sql: `length(${value.sql})`, type: INTEGER };
  if (value?.type?.kind === 'text' && value.type.padded === true)
    untranslatable('it counts the padding of char(n)');
  return { sql: `length(CAST(${text(args, 0).sql} AS BLOB))`, type: INTEGER };
};

const substring: Translate = (args) => {
  arity(args, 2, 3);
  const places = args.length === 3 ? [count(args, 1, 1), count(args, 2, 0)] : [count(args, 1, 1)];
  return { sql: `substr(${[text(args, 0).sql, ...places].join(', ')})`, type: TEXT };
};

const nulls =
  (test: 'IS NULL' | 'IS NOT NULL'): Translate =>
  (args) => ({
    sql: args.map((value) => `(${value.cell ?? operand(value)} ${test})`).join(' + '),
    loose: true,
    type: INTEGER,
    present: true,
  });

/** GREATEST and LEAST pass over NULL; max and min of SQLite do not. */
const extreme =
  (name: 'max' | 'min'): Translate =>
  (args) => {
    arity(args, 2, 100);
    if (!args.every((value) => isKind(value, 'integer') && value.present === true)) {
      untranslatable('GREATEST and LEAST pass over NULL, which SQLite does not');
    }
    return { sql: `${name}(${args.map((value) => value.sql).join(', ')})`, type: INTEGER, present: true };
  };

const absolute: Translate = (args) => {
  arity(args, 1);
  const [value] = args;
  if (value === undefined || !(isKind(value, 'integer') || isKind(value, 'numeric'))) {
    return untranslatable('abs takes something other than an integer or a numeric');
  }
  const { sql, type, exact, integral } = value;
  return {
    sql: `abs(${sql})`,
    type,
    ...(exact === undefined ? {} : { exact }),
    ...(integral === undefined ? {} : { integral }),
  };
};

/** By Postgres's name. What is not here means something else in SQLite, or nothing. */
const FUNCTIONS: Readonly<Record<string, Translate>> = {
  lower: folding('lower'),
  upper: folding('upper'),
  length,
  char_length: length,
  character_length: length,
  octet_length: octetLength,
  btrim: trimming('trim'),
  ltrim: trimming('ltrim'),
  rtrim: trimming('rtrim'),
  substr: substring,
  substring,
  left: (args) => {
    arity(args, 2);
    return { sql: `substr(${text(args, 0).sql}, 1, ${count(args, 1, 0)})`, type: TEXT };
  },
  right: (args) => {
    arity(args, 2);
    return { sql: `substr(${text(args, 0).sql}, -${count(args, 1, 1)})`, type: TEXT };
  },
  strpos: (args) => {
    arity(args, 2);
    return { sql: `instr(${text(args, 0).sql}, ${text(args, 1).sql})`, type: INTEGER };
  },
  starts_with: (args) => {
    arity(args, 2);
    const prefix = text(args, 1).constant ?? untranslatable('starts_with takes a prefix that is no constant');
    const pattern = `${globOf(prefix.replace(/[%_\\]/g, '\\$&'))}*`;
    return truth(`${operand(text(args, 0))} GLOB ${quoteLiteral(pattern)}`);
  },
  replace: (args) => {
    arity(args, 3);
    return { sql: `replace(${[0, 1, 2].map((index) => text(args, index).sql).join(', ')})`, type: TEXT };
  },
  abs: absolute,
  num_nulls: nulls('IS NULL'),
  num_nonnulls: nulls('IS NOT NULL'),
  greatest: extreme('max'),
  least: extreme('min'),
};

/** The call of a function of Postgres's own. Throws Untranslatable. */
export function translateCall(name: string, schema: string | undefined, args: readonly Value[]): Value {
  const isOwn = schema === undefined || schema === 'pg_catalog';
  const translate = isOwn && Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined;
  if (translate === undefined) return untranslatable(`the function ${name} has no certain equal in SQLite`);
  return translate(args);
}
