import { quoteIdentifier } from './identifiers.ts';
import { translateCheck, translateDefault } from './local-expression.ts';
import type { TableDraft, TakeNote } from './local-draft.ts';
import type { LocalCheck, LocalColumn, LocalForeignKey, LocalUnique } from './local-schema.ts';
import { collationOf, hasOneTextAValue, typeCheckOf } from './local-type.ts';

/** What a local table enforces. */
export interface TableConstraints {
  readonly primaryKey: readonly string[];
  readonly checks: readonly LocalCheck[];
  readonly uniques: readonly LocalUnique[];
  readonly foreignKeys: readonly LocalForeignKey[];
}

/** Local names of production's columns; undefined when one of them is not there. */
export function localNames(draft: TableDraft, columns: readonly string[]): readonly string[] | undefined {
  const names = columns.map((column) => draft.columnByName.get(column)?.name);
  return names.every((name) => name !== undefined) ? names : undefined;
}

/** The local primary key's columns; none when production has none, or a column of it does not come. */
export function primaryKeyOf(draft: TableDraft, note: TakeNote): readonly string[] {
  const key = draft.source.primaryKey;
  if (key === undefined) {
    note(
      'key',
      draft.source.name.name,
      'The table has no primary key: its rows cannot be told apart one by one.',
    );
    return [];
  }
  const names = localNames(draft, key.columns);
  if (names === undefined) {
    note('key', key.name, 'A column of the primary key is excluded, so the local table has no primary key.');
    return [];
  }
  noteTextEquality(draft, key.name, key.columns, note);
  return names;
}

export function uniquesOf(draft: TableDraft, note: TakeNote): readonly LocalUnique[] {
  return draft.source.uniques.flatMap((unique) => {
    const columns = localNames(draft, unique.columns);
    if (columns === undefined) {
      note('unique', unique.name, 'A column of the constraint is excluded; it is not kept locally.');
      return [];
    }
    if (unique.nullsNotDistinct) {
      note(
        'unique',
        unique.name,
        'NULLS NOT DISTINCT has no equal in SQLite: locally, several rows may be NULL here.',
      );
    }
    noteTextEquality(draft, unique.name, unique.columns, note);
    return [{ name: unique.name, columns }];
  });
}

function noteTextEquality(
  draft: TableDraft,
  object: string,
  columns: readonly string[],
  note: TakeNote,
): void {
  for (const column of columns) {
    const type = draft.columnByName.get(column)?.source.type;
    if (type !== undefined && !hasOneTextAValue(type)) {
      note(
        'unique',
        object,
        `Locally "${column}" is text: 1.0 and 1.00 are one value in production and two here.`,
      );
    }
  }
}

/** The checks of the columns' types, then production's own ones that translate. */
export function checksOf(draft: TableDraft, note: TakeNote): readonly LocalCheck[] {
  const typeChecks = draft.columns.flatMap((column): LocalCheck[] => {
    const sql = typeCheckOf(column.source.type, quoteIdentifier(column.name));
    return sql === undefined ? [] : [{ name: column.name, columns: [column.name], sql, origin: 'type' }];
  });
  const constraints = draft.source.checks.flatMap((check): LocalCheck[] => {
    if (check.notValid === true) {
      note('check', check.name, 'Production does not hold every row to the check; it is not kept locally.');
      return [];
    }
    const translated = translateCheck(check.expression, draft);
    if ('reason' in translated) {
      note('check', check.name, `The check is not kept locally: ${translated.reason}.`);
      return [];
    }
    const masked = translated.columns.find((column) => draft.uncheckedColumns.has(column.source.name));
    if (masked !== undefined) {
      note('check', check.name, `The check is not kept locally: "${masked.source.name}" is masked.`);
      return [];
    }
    const columns = translated.columns.map((column) => column.name);
    return [{ name: check.name, columns, sql: translated.sql, origin: 'constraint' }];
  });
  return [...typeChecks, ...constraints];
}

/** The CREATE TABLE statement, without a semicolon. */
export function createTableSql(draft: TableDraft, constraints: TableConstraints, note: TakeNote): string {
  const lines = [
    ...draft.columns.map((column) => columnSql(column, constraints, note)),
    ...constraintLines(draft, constraints),
  ];
  return `CREATE TABLE ${quoteIdentifier(draft.name)} (\n${lines.map((line) => `  ${line}`).join(',\n')}\n)`;
}

function columnSql(column: LocalColumn, { primaryKey, checks }: TableConstraints, note: TakeNote): string {
  const { source } = column;
  const isKey = primaryKey.includes(column.name);
  if (source.generatedExpression !== undefined) {
    note(
      'generated',
      source.name,
      'Production generates the column; locally it is a plain one with its value.',
    );
  }
  // An app never writes a generated column, so that locally its rows have NULL there.
  const isRequired = (!source.nullable && source.generatedExpression === undefined) || isKey;
  const defaultSql = localDefault(column, primaryKey, note);
  const collation = collationOf(source.type);
  const typeChecks = checks.filter((check) => check.origin === 'type' && check.columns[0] === column.name);
  return [
    quoteIdentifier(column.name),
    column.declaredType,
    ...(collation === undefined ? [] : [`COLLATE ${collation}`]),
    ...(isRequired ? ['NOT NULL'] : []),
    ...(defaultSql === undefined ? [] : [`DEFAULT ${defaultSql}`]),
    ...typeChecks.map((check) => `CHECK (${check.sql})`),
  ].join(' ');
}

function localDefault(
  column: LocalColumn,
  primaryKey: readonly string[],
  note: TakeNote,
): string | undefined {
  const { source } = column;
  // SQLite numbers the rows of a table whose only key column is an INTEGER by itself.
  const isNumbered =
    primaryKey.length === 1 && primaryKey[0] === column.name && source.type.kind === 'integer';
  const isSequence =
    source.identity !== undefined || source.defaultExpression?.startsWith('nextval(') === true;
  if (isSequence) {
    if (!isNumbered)
      note('default', source.name, 'Production numbers the column from a sequence; SQLite does not.');
    return undefined;
  }
  if (source.defaultExpression === undefined || source.generatedExpression !== undefined) return undefined;
  const translated = translateDefault(source.defaultExpression, source.type);
  if ('reason' in translated) {
    note('default', source.name, `The default is not kept locally: ${translated.reason}.`);
    return undefined;
  }
  return translated.sql;
}

function constraintLines(draft: TableDraft, constraints: TableConstraints): readonly string[] {
  const list = (columns: readonly string[]) => columns.map(quoteIdentifier).join(', ');
  const named = (name: string, sql: string) => `CONSTRAINT ${quoteIdentifier(name)} ${sql}`;
  const { primaryKey, checks, uniques, foreignKeys } = constraints;
  return [
    ...(primaryKey.length === 0 || draft.source.primaryKey === undefined
      ? []
      : [named(draft.source.primaryKey.name, `PRIMARY KEY (${list(primaryKey)})`)]),
    ...uniques.map((unique) => named(unique.name, `UNIQUE (${list(unique.columns)})`)),
    ...checks
      .filter((check) => check.origin === 'constraint')
      .map((check) => named(check.name, `CHECK (${check.sql})`)),
    ...foreignKeys.map((key) => {
      const parent = `${quoteIdentifier(key.references.name)} (${list(key.references.columns)})`;
      const actions = [
        ...(key.onUpdate === 'no action' ? [] : [`ON UPDATE ${key.onUpdate.toUpperCase()}`]),
        ...(key.onDelete === 'no action' ? [] : [`ON DELETE ${key.onDelete.toUpperCase()}`]),
      ];
      return named(
        key.name,
        [`FOREIGN KEY (${list(key.columns)}) REFERENCES ${parent}`, ...actions].join(' '),
      );
    }),
  ];
}
