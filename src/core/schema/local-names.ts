import { foldName } from './identifiers.ts';
import type { TableName } from './model.ts';
import { tableKey } from './model.ts';

/**
 * Hands out names that SQLite, which compares names without case, can tell apart: the later of two gets `_2`, or the
 * next number that nobody else wants.
 */
export function nameRegister(wanted: readonly string[]): (name: string) => string {
  const wishes = new Set(wanted.map(foldName));
  const taken = new Set<string>();
  return (name) => {
    let unique = name;
    for (let count = 2; taken.has(foldName(unique)); count++) {
      const numbered = `${name}_${count}`;
      if (!wishes.has(foldName(numbered))) unique = numbered;
    }
    taken.add(foldName(unique));
    return unique;
  };
}

/** SQLite keeps names that start with `sqlite_` for itself. */
export function allowedName(name: string): string {
  return foldName(name).startsWith('sqlite_') ? `_${name}` : name;
}

/** The local name that a production table would like: `users`, or `auth.users` outside of public. */
export function wantedTableName(name: TableName): string {
  return allowedName(tableKey(name));
}
