/** Two tables with a foreign key, a unique column and a composite key, as a pull leaves them. */
import type { LocalDatabase } from '../../../src/core/local-ports.ts';
import type { Row } from '../../../src/core/values/cell.ts';
import { index, required, table, type } from '../../support/catalog.ts';
import { syncedFiles, type SyncedFiles } from '../../support/synced-files.ts';

export const USERS = table(
  'users',
  { id: required(type.bigint), email: required(type.text), name: type.text },
  { key: ['id'], uniques: [['email']] },
);
export const POSTS = table(
  'posts',
  { blog: required(type.text), no: required(type.int), author: type.bigint, title: type.text },
  {
    key: ['blog', 'no'],
    references: [{ columns: ['author'], table: 'users', to: ['id'] }],
    indexes: [index('posts_by_author', ['author'])],
  },
);
export const USER_ROWS: readonly Row[] = [
  [1n, 'a@x', 'Ada'],
  [2n, 'b@x', 'Bob'],
  [3n, 'c@x', null],
];
export const POST_ROWS: readonly Row[] = [
  ['news', 1n, 1n, 'one'],
  ['news', 2n, 2n, 'two'],
  ['😀', 1n, null, null],
];
export const USER_LIST = 'SELECT id, email, name FROM users ORDER BY id';
export const POST_LIST = 'SELECT blog, no, author, title FROM posts ORDER BY blog, no';

export function blogFiles(local: LocalDatabase, folder: string): SyncedFiles {
  return syncedFiles(local, folder, [
    { table: USERS, rows: USER_ROWS },
    { table: POSTS, rows: POST_ROWS },
  ]);
}
