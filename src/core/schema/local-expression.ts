import type { TableDraft } from './local-draft.ts';
import type { LocalColumn } from './local-schema.ts';
import type { LogicalType } from './logical-type.ts';

/** SQL in SQLite's dialect, or the reason why there is none: the rest of "... is not kept locally: ". */
export type Translation =
  { readonly sql: string; readonly columns: readonly LocalColumn[] } | { readonly reason: string };

const NOT_YET = { reason: 'its expression is not translated' } as const;

export function translateCheck(_expression: string, _draft: TableDraft): Translation {
  return NOT_YET;
}

export function translatePredicate(_expression: string, _draft: TableDraft): Translation {
  return NOT_YET;
}

export function translateIndexKey(_expression: string, _draft: TableDraft): Translation {
  return NOT_YET;
}

export function translateDefault(_expression: string, _type: LogicalType): Translation {
  return NOT_YET;
}
