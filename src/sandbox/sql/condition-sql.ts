import type { Filter, LogicTree, Operation } from '../grammar/filter.ts';
import type { Columns, Qualifier } from './field-sql.ts';
import { fieldSql } from './field-sql.ts';
import type { Sql } from './fragment.ts';
import { EMPTY, bound, joined, sql, trusted } from './fragment.ts';

const OPERATORS = {
  eq: '=',
  gte: '>=',
  gt: '>',
  lte: '<=',
  lt: '<',
  like: 'like',
  ilike: 'ilike',
  match: '~',
  imatch: '~*',
  neq: '<>',
  cs: '@>',
  cd: '<@',
  ov: '&&',
  sl: '<<',
  sr: '>>',
  nxr: '&<',
  nxl: '&>',
  adj: '-|-',
  fts: '@@ to_tsquery',
  plfts: '@@ plainto_tsquery',
  phfts: '@@ phraseto_tsquery',
  wfts: '@@ websearch_to_tsquery',
} as const;

const IS = { null: 'null', not_null: 'not null', true: 'true', false: 'false', unknown: 'unknown' } as const;

/** A filter that something else than the table's columns answers, such as whether an embedded resource is empty. */
export type SpecialFilter = (filter: Filter) => Sql | undefined;

export function treeSql(
  tree: LogicTree,
  qualifier: Qualifier,
  columns: Columns,
  special: SpecialFilter = () => undefined,
): Sql {
  if (tree.kind === 'filter') return special(tree) ?? filterSql(tree, qualifier, columns);
  const members = tree.members.map((member) => treeSql(member, qualifier, columns, special));
  return sql`${trusted(tree.negated ? 'not ' : '')}(${joined(members, ` ${tree.operator} `)})`;
}

function filterSql({ field, negated, operation }: Filter, qualifier: Qualifier, columns: Columns): Sql {
  const value = fieldSql(qualifier, field, columns);
  const type = columns(field.name)?.type;
  // Only of a column is it known that it must be made searchable; a computed field may be so already.
  const compared =
    operation.kind === 'text-search' && type !== undefined && type !== 'tsvector'
      ? sql`to_tsvector(${languageSql(operation.language)}${value})`
      : value;
  return sql`${trusted(negated ? 'not ' : '')}${compared} ${operationSql(operation)}`;
}

function operationSql(operation: Operation): Sql {
  switch (operation.kind) {
    case 'simple':
      return sql`${trusted(OPERATORS[operation.operator])} ${bound(operation.value)}`;
    case 'quantifiable': {
      const { operator, quantifier } = operation;
      const pattern = operator === 'like' || operator === 'ilike';
      const value = bound(pattern ? operation.value.replaceAll('*', '%') : operation.value);
      const quantified = quantifier === undefined ? value : sql`${trusted(quantifier)}(${value})`;
      return sql`${trusted(OPERATORS[operator])} ${quantified}`;
    }
    case 'is':
      return trusted(`is ${IS[operation.value]}`);
    case 'distinct':
      return sql`is distinct from ${bound(operation.value)}`;
    case 'in': {
      const { values } = operation;
      const empty = values.length === 1 && values[0] === '';
      return sql`= any(${empty ? trusted("'{}'") : bound(arrayLiteral(values))})`;
    }
    case 'text-search': {
      const { operator, language, value } = operation;
      return sql`${trusted(OPERATORS[operator])}(${languageSql(language)}${bound(value)})`;
    }
  }
}

function languageSql(language: string | undefined): Sql {
  return language === undefined ? EMPTY : sql`${bound(language)}, `;
}

/** PostgreSQL's own notation of an array, whose members' type it then infers. */
function arrayLiteral(values: readonly string[]): string {
  const quoted = values.map((value) => {
    const upToNul = value.split('\0', 1)[0] ?? '';
    return `"${upToNul.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
  });
  return `{${quoted.join(',')}}`;
}
