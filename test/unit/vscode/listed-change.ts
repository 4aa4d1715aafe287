import type { ListedChange } from '../../../src/engine/changes-report.ts';

/** An update of a user's name. */
export function listedChange(more: Partial<ListedChange> = {}): ListedChange {
  return {
    table: 'users',
    op: 'update',
    key: ['7'],
    columns: ['name'],
    before: [
      { column: 'id', text: '7' },
      { column: 'name', text: 'Ada' },
    ],
    after: [
      { column: 'id', text: '7' },
      { column: 'name', text: 'Grace' },
    ],
    ...more,
  };
}
