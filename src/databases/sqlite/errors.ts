import { SynclineError, type ErrorCode } from '../../core/errors.ts';

/** Whose SQLite file failed: the developer's database, or one of Syncline's own. */
export type SqliteSubject = 'local' | 'stage' | 'ledger';

const NOUN: Record<SqliteSubject, string> = {
  local: 'The local database',
  stage: "Syncline's staging file",
  ledger: "Syncline's ledger",
};

interface Meaning {
  readonly code: ErrorCode;
  readonly says: string;
}

/**
 * A driver error as a SynclineError, by SQLite's result code (sqlite.org/rescode.html). The driver's message is not
 * passed on: constraint messages may quote what was written. Errors that are not SQLite's come back unchanged.
 */
export function sqliteError(error: unknown, subject: SqliteSubject): unknown {
  if (error instanceof SynclineError || !(error instanceof Error)) return error;
  const code = sqliteCode(error);
  if (code === undefined) {
    // better-sqlite3 answers a missing folder with a TypeError of its own.
    return error instanceof TypeError && error.message.includes('directory does not exist')
      ? new SynclineError('LOCAL_DIRECTORY_MISSING', `${NOUN[subject]}'s folder does not exist.`)
      : error;
  }
  const meaning = meaningOf(code, subject);
  const object = constraintObject(error.message);
  return new SynclineError(
    meaning.code,
    `${NOUN[subject]} ${meaning.says}${object === undefined ? '' : ` (${object})`}.`,
    { sqlite: code },
    { cause: error },
  );
}

export function sqliteCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' && error.code.startsWith('SQLITE_') ? error.code : undefined;
}

function meaningOf(code: string, subject: SqliteSubject): Meaning {
  const corrupt: ErrorCode = subject === 'ledger' ? 'LEDGER_CORRUPT' : 'LOCAL_CORRUPT';
  if (code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED')) {
    return { code: 'LOCAL_LOCKED', says: 'is locked by another program' };
  }
  if (code.startsWith('SQLITE_CORRUPT')) return { code: corrupt, says: 'is damaged' };
  if (code.startsWith('SQLITE_NOTADB')) {
    return {
      code: subject === 'ledger' ? corrupt : 'LOCAL_NOT_A_DATABASE',
      says: 'is not a SQLite database',
    };
  }
  if (code.startsWith('SQLITE_FULL') || code === 'SQLITE_IOERR_WRITE') {
    return { code: 'DISK_FULL', says: 'could not be written: the disk is full' };
  }
  if (
    code.startsWith('SQLITE_READONLY') ||
    code.startsWith('SQLITE_CANTOPEN') ||
    code.startsWith('SQLITE_PERM')
  ) {
    return { code: 'LOCAL_READ_ONLY', says: 'cannot be written' };
  }
  if (code.startsWith('SQLITE_CONSTRAINT')) {
    return { code: 'CONSTRAINT_VIOLATION', says: 'refused a row that breaks a constraint' };
  }
  return { code: 'INTERNAL', says: `failed with ${code}` };
}

/** SQLite names the constraint or the columns, never the values: `UNIQUE constraint failed: users.email`. */
function constraintObject(message: string): string | undefined {
  return /^(?:UNIQUE|NOT NULL|CHECK|FOREIGN KEY|PRIMARY KEY) constraint failed(?:: .*)?$/s.test(message)
    ? message
    : undefined;
}
