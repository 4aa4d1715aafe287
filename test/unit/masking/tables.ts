import type { LogicalType } from '../../../src/core/schema/logical-type.ts';
import {
  tableKey,
  type Catalog,
  type Column,
  type ForeignKey,
  type Table,
  type TableKey,
} from '../../../src/core/schema/model.ts';
import type { Cell, Row } from '../../../src/core/values/cell.ts';
import { compileTableMask } from '../../../src/core/masking/compile.ts';
import { maskingKey, type MaskingKey } from '../../../src/core/masking/masking-key.ts';
import { planMasking, type ColumnMask, type MaskPlan } from '../../../src/core/masking/plan.ts';
import { readMaskRules } from '../../../src/core/masking/rule.ts';

export const TEXT: LogicalType = { kind: 'text' };
export const INTEGER: LogicalType = { kind: 'integer', bits: 32 };
export const BIGINT: LogicalType = { kind: 'integer', bits: 64 };
export const UUID: LogicalType = { kind: 'uuid' };
export const JSONB: LogicalType = { kind: 'json', binary: true };
export const DATE: LogicalType = { kind: 'date' };
export const TIMESTAMPTZ: LogicalType = { kind: 'timestamp', zone: true };
export const BYTES: LogicalType = { kind: 'bytes' };

export function varchar(maxLength: number): LogicalType {
  return { kind: 'text', maxLength };
}

/** A nullable column; NOT NULL with `{ nullable: false }`. */
export function column(name: string, type: LogicalType = TEXT, more: Partial<Column> = {}): Column {
  return { name, type, postgresType: type.kind, nullable: true, ...more };
}

/** A table of schema public, or of the schema before the point. Columns may be given by name alone. */
export function table(name: string, columns: readonly (string | Column)[], more: Partial<Table> = {}): Table {
  const [schema, bare] = name.includes('.') ? name.split('.') : ['public', name];
  return {
    name: { schema: schema!, name: bare! },
    columns: columns.map((each) => (typeof each === 'string' ? column(each) : each)),
    uniques: [],
    checks: [],
    foreignKeys: [],
    indexes: [],
    rowSecurity: true,
    ...more,
  };
}

export function catalog(...tables: readonly Table[]): Catalog {
  return { tables, completeness: 'full' };
}

/** `foreignKey(['a', 'b'], 'parents', ['x', 'y'])`, or with single names. */
export function foreignKey(
  columns: string | readonly string[],
  parent: string,
  references: string | readonly string[],
): ForeignKey {
  const list = (names: string | readonly string[]): readonly string[] =>
    typeof names === 'string' ? [names] : names;
  return {
    name: `${list(columns).join('_')}_fkey`,
    columns: list(columns),
    references: { table: { schema: 'public', name: parent }, columns: list(references) },
    onDelete: 'no action',
    onUpdate: 'no action',
  };
}

export function unique(...columns: readonly string[]) {
  return { name: `${columns.join('_')}_key`, columns, nullsNotDistinct: false };
}

export interface PlanSettings {
  readonly rules?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly samples?: Readonly<Record<TableKey, readonly Row[]>>;
  readonly unclassified?: 'mask' | 'keep';
}

export function planFor(
  tables: Catalog | Table,
  { rules = {}, samples = {}, unclassified = 'mask' }: PlanSettings = {},
): MaskPlan {
  const settings = Object.fromEntries(Object.entries(rules).map(([key, mask]) => [key, { mask }]));
  return planMasking({
    catalog: 'tables' in tables ? tables : catalog(tables),
    rules: readMaskRules(settings),
    samples: new Map(Object.entries(samples)),
    unclassified,
  });
}

export function maskOf(plan: MaskPlan, tableName: TableKey, columnName: string): ColumnMask {
  const found = plan.tables.get(tableName)?.columns.find((each) => each.column === columnName);
  if (!found) throw new Error(`no mask for ${tableName}.${columnName}`);
  return found;
}

/** A key that every test may know. */
export const KEY = testKey(1);

export function testKey(seed: number): MaskingKey {
  const bytes = Uint8Array.from({ length: 32 }, (_, index) => (seed * 31 + index * 7) % 256);
  return maskingKey(Buffer.from(bytes).toString('base64'));
}

/** Masks rows of one table of a plan. */
export function maskRows(
  plan: MaskPlan,
  source: Table,
  rows: readonly Row[],
  key: MaskingKey = KEY,
): Cell[][] {
  const mask = plan.tables.get(tableKey(source.name));
  if (!mask) throw new Error(`no mask for ${source.name.name}`);
  return rows.map(compileTableMask(mask, source, key));
}

/** Masks values of one column `value` of a table `things` with one rule. */
export function maskValues(
  rule: unknown,
  values: readonly Cell[],
  options: {
    readonly type?: LogicalType;
    readonly unique?: boolean;
    readonly key?: MaskingKey;
    readonly name?: string;
  } = {},
): Cell[] {
  const name = options.name ?? 'value';
  const source = table('things', [column(name, options.type ?? TEXT)], {
    uniques: options.unique === true ? [unique(name)] : [],
  });
  const plan = planFor(source, { rules: { things: { [name]: rule } } });
  return maskRows(
    plan,
    source,
    values.map((value) => [value]),
    options.key,
  ).map(([cell]) => cell!);
}
