import type { LogicalType } from '../schema/logical-type.ts';
import { tableKey, type Catalog, type Column, type Table, type TableKey } from '../schema/model.ts';
import type { Cell, Row } from '../values/cell.ts';
import { classifyColumn, nameVerdict } from './classify-column.ts';
import { columnKey, foreignKeyGroups, type ColumnKey, type ForeignKeyGroups } from './foreign-key-groups.ts';
import type { NameClass } from './name-dictionary.ts';
import type { ColumnDemands } from './obstacle.ts';
import type { MaskRule, MaskRules } from './rule.ts';
import { uniquenessOf } from './uniqueness.ts';
import type { Verdict } from './verdict.ts';

/** A column of the catalog with all that decides how it is masked. */
export interface PlannedColumn {
  readonly key: ColumnKey;
  readonly tableKey: TableKey;
  readonly table: Table;
  readonly column: Column;
  readonly rule: MaskRule | undefined;
  /** What the automatic classification says, whether or not there is a rule. */
  readonly verdict: Verdict;
  readonly demands: ColumnDemands;
}

export interface ColumnsInput {
  readonly catalog: Catalog;
  readonly rules: MaskRules;
  readonly samples: ReadonlyMap<TableKey, readonly Row[]>;
  readonly unclassified: 'mask' | 'keep';
}

/** Every column of the catalog, classified, in the catalog's order. */
export function planColumns(input: ColumnsInput): { columns: PlannedColumn[]; groups: ForeignKeyGroups } {
  const groups = foreignKeyGroups(input.catalog);
  return { columns: input.catalog.tables.flatMap((table) => columnsOf(table, groups, input)), groups };
}

function columnsOf(table: Table, groups: ForeignKeyGroups, input: ColumnsInput): PlannedColumn[] {
  const key = tableKey(table.name);
  const { unique, nullsNotDistinct, primary } = uniquenessOf(table);
  const classes = new Set<NameClass>();
  for (const column of table.columns) {
    const says = nameVerdict({ key, table, column, classes: new Set() });
    if (says) classes.add(says.class);
  }
  const rows = input.samples.get(key) ?? [];
  return table.columns.map((column, index): PlannedColumn => {
    const own = columnKey(key, column.name);
    const cells: Cell[] = rows.map((row) => row[index] ?? null).filter((cell) => cell !== null);
    const isKey = primary.has(column.name) || groups.groupOf(own) !== undefined;
    const { unclassified } = input;
    return {
      key: own,
      tableKey: key,
      table,
      column,
      rule: input.rules.get(key)?.get(column.name),
      verdict: classifyColumn({ key, table, column, classes, cells, isKey, unclassified }),
      demands: {
        type: column.type,
        postgresType: column.postgresType,
        nullable: column.nullable,
        primary: primary.has(column.name),
        nullsNotDistinct: nullsNotDistinct.has(column.name),
        referenced: groups.isReferenced(own),
        unique: unique.has(column.name),
        maxLength: lengthLimit(column.type),
      },
    };
  });
}

/** Most characters of a text, or of each text in an array. */
function lengthLimit(type: LogicalType): number | undefined {
  if (type.kind === 'array') return lengthLimit(type.element);
  return type.kind === 'text' ? type.maxLength : undefined;
}
