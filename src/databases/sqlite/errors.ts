import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { SynclineError, type ErrorCode } from '../../core/errors.ts';

/** Whose SQLite file failed: the developer's database, or one of Syncline's own. */
export type SqliteSubject = 'local' | 'stage' | 'backup' | 'ledger';

const NOUN: Record<SqliteSubject, string> = {
  local: 'The local database',
  stage: "Syncline's staging file",
  backup: 'The backup of the local database',
  ledger: "Syncline's ledger",
};

interface Meaning {
  readonly code: ErrorCode;
  readonly says: string;
}

/**
 * An error of the driver or the file system as a SynclineError, by SQLite's result code (sqlite.org/rescode.html) or
 * the system's. The driver's message is not passed on: constraint messages may quote what was written. Other errors
 * come back unchanged.
 */
export function sqliteError(error: unknown, subject: SqliteSubject): unknown {
  if (error instanceof SynclineError || !(error instanceof Error)) return error;
  const code = sqliteCode(error);
  if (code === undefined) {
    // better-sqlite3 answers a missing folder with a TypeError of its own.
    if (error instanceof TypeError && error.message.includes('directory does not exist')) {
      return new SynclineError('LOCAL_DIRECTORY_MISSING', `${NOUN[subject]}'s folder does not exist.`);
    }
    return fileError(error, subject) ?? error;
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

/** Makes the folder of a file of Syncline's own. Throws LOCAL_READ_ONLY or DISK_FULL. */
export function ensureFolder(path: string, subject: SqliteSubject = 'backup'): void {
  try {
    mkdirSync(dirname(path), { recursive: true });
  } catch (error) {
    throw sqliteError(error, subject);
  }
}

const FILE_ERRORS: Readonly<Record<string, Meaning>> = {
  ENOSPC: { code: 'DISK_FULL', says: 'could not be written: the disk is full' },
  EDQUOT: { code: 'DISK_FULL', says: 'could not be written: the disk quota is used up' },
  EFBIG: { code: 'DISK_FULL', says: 'could not be written: it would be larger than is allowed' },
  EACCES: { code: 'LOCAL_READ_ONLY', says: 'cannot be written' },
  EPERM: { code: 'LOCAL_READ_ONLY', says: 'cannot be written' },
  EROFS: { code: 'LOCAL_READ_ONLY', says: 'cannot be written: the file system is read-only' },
  EEXIST: { code: 'LOCAL_READ_ONLY', says: 'cannot be written: a file is in the place of its folder' },
  ENOTDIR: { code: 'LOCAL_READ_ONLY', says: 'cannot be written: a file is in the place of its folder' },
};

function fileError(error: Error, subject: SqliteSubject): SynclineError | undefined {
  if (!('code' in error) || typeof error.code !== 'string') return undefined;
  const meaning = FILE_ERRORS[error.code];
  if (meaning === undefined) return undefined;
  return new SynclineError(
    meaning.code,
    `${NOUN[subject]} ${meaning.says}.`,
    { system: error.code },
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
  // A write-ahead log's index is a memory-mapped file, which fails with codes of its own when it cannot grow.
  if (code === 'SQLITE_FULL' || /^SQLITE_IOERR_(?:WRITE|SHMSIZE|SHMMAP)$/.test(code)) {
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
