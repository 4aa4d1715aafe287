/** Conditions on rows, answered here as Postgres would answer them. */
import type { RowCondition } from '../ports.ts';
import type { LogicalType } from '../schema/logical-type.ts';
import type { Column } from '../schema/model.ts';
import type { PostgresText, PostgresTextRow } from '../values/cell.ts';
import { valueOrder } from '../values/value-order.ts';

/**
 * Compiles a test of rows in Postgres's text, in the order of `columns`. A condition on a column that is not among them
 * is never met. Order is known for numbers, times and uuids; for other types only equality means something.
 */
export function rowTest(
  columns: readonly Column[],
  conditions: readonly RowCondition[],
): (row: PostgresTextRow) => boolean {
  const tests = conditions.map((condition) => {
    const index = columns.findIndex(({ name }) => name === condition.column);
    const type = columns[index]?.type;
    const test = type === undefined ? () => false : cellTest(type, condition);
    return (row: PostgresTextRow): boolean => test(row[index] ?? null);
  });
  return (row) => tests.every((test) => test(row));
}

function cellTest(type: LogicalType, condition: RowCondition): (text: PostgresText) => boolean {
  if (condition.is === 'null') return (text) => text === null;
  if (condition.is === 'not-null') return (text) => text !== null;
  const order = valueOrder(type);
  const present = (test: (text: string) => boolean) => (text: PostgresText) => text !== null && test(text);
  switch (condition.is) {
    case 'in':
      return present((text) => condition.values.some((value) => order(text, value) === 0));
    case 'not-in':
      return condition.values.length === 0
        ? () => true
        : present((text) => condition.values.every((value) => order(text, value) !== 0));
    case 'equal':
      return present((text) => order(text, condition.value) === 0);
    case 'not-equal':
      return present((text) => order(text, condition.value) !== 0);
    case 'less':
      return present((text) => order(text, condition.value) < 0);
    case 'at-most':
      return present((text) => order(text, condition.value) <= 0);
    case 'greater':
      return present((text) => order(text, condition.value) > 0);
    case 'at-least':
      return present((text) => order(text, condition.value) >= 0);
  }
}
