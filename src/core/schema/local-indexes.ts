import { quoteIdentifier } from './identifiers.ts';
import { translateIndexKey, translatePredicate } from './local-expression.ts';
import type { TableDraft, TakeNote } from './local-draft.ts';
import type { LocalColumn, LocalIndex } from './local-schema.ts';
import type { Index } from './model.ts';

interface LocalKey {
  readonly sql: string;
  /** Columns whose masked values need not keep what production's index found unique. */
  readonly computedFrom: readonly LocalColumn[];
}

/** The indexes that have an equal in SQLite. Those that have none are noted. */
export function indexesOf(
  draft: TableDraft,
  claimName: (wanted: string) => string,
  note: TakeNote,
): readonly LocalIndex[] {
  return draft.source.indexes.flatMap((index) => {
    const parts = localParts(draft, index);
    if (typeof parts === 'string') {
      note('index', index.name, `The index is not kept locally: ${parts}.`);
      return [];
    }
    const masked = parts.computedFrom.find((column) => draft.uncheckedColumns.has(column.source.name));
    const isUnique = index.unique && masked === undefined;
    if (index.unique && masked !== undefined) {
      note(
        'index',
        index.name,
        `The index is not unique locally: it computes on "${masked.source.name}", which is masked.`,
      );
    }
    const name = claimName(index.name);
    if (name !== index.name) note('name', index.name, `SQLite needs another name for the index: "${name}".`);
    const create = isUnique ? 'CREATE UNIQUE INDEX' : 'CREATE INDEX';
    return [
      { name, sql: `${create} ${quoteIdentifier(name)} ON ${quoteIdentifier(draft.name)} ${parts.sql}` },
    ];
  });
}

/** The index's keys and predicate, or the reason why there is no such index. */
function localParts(draft: TableDraft, index: Index): LocalKey | string {
  if (index.method !== 'btree') return `${index.method} has no equal in SQLite`;
  const keys: LocalKey[] = [];
  for (const key of index.keys) {
    const local = 'column' in key ? columnKey(draft, key) : expressionKey(draft, key.expression);
    if (typeof local === 'string') return local;
    keys.push(local);
  }
  const list = `(${keys.map((key) => key.sql).join(', ')})`;
  const computedFrom = keys.flatMap((key) => key.computedFrom);
  if (index.predicate === undefined) return { sql: list, computedFrom };
  const predicate = translatePredicate(index.predicate, draft);
  if ('reason' in predicate) return predicate.reason;
  return { sql: `${list} WHERE ${predicate.sql}`, computedFrom: [...computedFrom, ...predicate.columns] };
}

function columnKey(
  draft: TableDraft,
  key: { readonly column: string; readonly descending: boolean },
): LocalKey | string {
  const column = draft.columnByName.get(key.column);
  if (column === undefined) return `its column "${key.column}" is excluded`;
  return { sql: quoteIdentifier(column.name) + (key.descending ? ' DESC' : ''), computedFrom: [] };
}

function expressionKey(draft: TableDraft, expression: string): LocalKey | string {
  const translated = translateIndexKey(expression, draft);
  return 'reason' in translated
    ? translated.reason
    : { sql: `(${translated.sql})`, computedFrom: translated.columns };
}
