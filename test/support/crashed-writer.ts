import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export interface CrashedTransaction {
  readonly mode: 'DELETE' | 'WAL';
  /** Whether the transaction was committed before the crash. */
  readonly commit: boolean;
}

/**
 * Another process writes to the database and is killed: with a committed transaction it leaves a write-ahead log
 * behind, without one in rollback mode a hot journal. The transaction makes a table `added` and fills it.
 */
export function crashWithTransaction(path: string, { mode, commit }: CrashedTransaction): void {
  const script = `
    const { createRequire } = require('node:module');
    const Database = createRequire(process.argv[1])('better-sqlite3');
    const connection = new Database(process.argv[2]);
    connection.pragma('journal_mode = ${mode}');
    connection.pragma('wal_autocheckpoint = 0');
    connection.pragma('cache_size = 1');
    connection.exec('BEGIN; CREATE TABLE added (filler TEXT)');
    const insert = connection.prepare('INSERT INTO added VALUES (?)');
    for (let row = 0; row < 500; row += 1) insert.run('x'.repeat(1000));
    ${commit ? "connection.exec('COMMIT');" : ''}
    process.kill(process.pid, 'SIGKILL');
  `;
  const root = fileURLToPath(new URL('../../package.json', import.meta.url));
  const ended = spawnSync(process.execPath, ['-e', script, root, path], { encoding: 'utf8' });
  if (ended.signal !== 'SIGKILL') throw new Error(`The writer did not crash: ${ended.stderr}`);
}
