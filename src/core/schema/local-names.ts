import { foldName } from './identifiers.ts';
import type { TableName } from './model.ts';
import { tableKey } from './model.ts';

/** Hands out names that SQLite, which compares names without case, can tell apart: the later of two gets `_2`. */
export function nameRegister(): (wanted: string) => string {
  const taken = new Set<string>();
  return (wanted) => {
    let name = wanted;
    for (let count = 2; taken.has(foldName(name)); count++) name = `${wanted}_${count}`;
    taken.add(foldName(name));
    return name;
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
