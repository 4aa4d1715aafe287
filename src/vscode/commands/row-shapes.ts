import type { TableKey } from '../../core/schema/model.ts';
import type { RowShape } from '../documents/row-document-text.ts';
import type { Services } from '../services.ts';
import { targetsOf } from '../session/session-state.ts';

/** Keys and types of a target's tables, as far as they are known, for the documents of their rows. */
export function shapesOf(
  { session }: Pick<Services, 'session'>,
  target: string,
): (table: TableKey) => RowShape | undefined {
  const tables = targetsOf(session.state).find((status) => status.target === target)?.tables ?? [];
  const shapes = new Map(tables.map((status) => [status.table, status]));
  return (table) => shapes.get(table);
}
