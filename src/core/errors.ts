/**
 * Every error that Syncline raises, once: its stable code, the exit code of the command line, and the remedy.
 * A message says what happened; the remedy says what to do. Neither ever quotes a row's value.
 */

/** Exit codes of the command line (docs/architecture.md, "The command line"). */
export type ExitCode = 1 | 2 | 3 | 130;

interface ErrorKind {
  readonly exit: ExitCode;
  readonly remedy: string;
}

/** The table of codes. Codes are stable: scripts and issues refer to them. */
export const ERROR_KINDS = {
  // The workspace file
  CONFIG_NOT_FOUND: {
    exit: 1,
    remedy: 'Create a syncline.json in the workspace folder, or run "Syncline: Connect".',
  },
  CONFIG_INVALID: { exit: 1, remedy: 'Correct syncline.json at the line and column named above.' },
  CONFIG_UNKNOWN_TABLE: {
    exit: 1,
    remedy: 'Correct or remove the rule in syncline.json; the tables that exist are listed above.',
  },
  CONFIG_UNKNOWN_COLUMN: {
    exit: 1,
    remedy: 'Correct or remove the rule in syncline.json; the columns that exist are listed above.',
  },
  CONFIG_UNKNOWN_TRANSFORMER: { exit: 1, remedy: 'Use one of the transformers listed above.' },
  TARGET_UNKNOWN: { exit: 1, remedy: 'Name one of the targets of syncline.json.' },
  WORKSPACE_UNTRUSTED: {
    exit: 3,
    remedy: 'Trust the workspace first; until then Syncline reads nothing and pushes nothing.',
  },

  // Connecting to the target
  CREDENTIALS_MISSING: {
    exit: 1,
    remedy:
      'Run "Syncline: Connect", or set SYNCLINE_SUPABASE_URL and SYNCLINE_SUPABASE_KEY (or SYNCLINE_DATABASE_URL).',
  },
  REMOTE_URL_INVALID: {
    exit: 1,
    remedy:
      'Use the project URL from the Supabase dashboard, such as https://abcd.supabase.co, or a postgres:// connection string.',
  },
  REMOTE_UNREACHABLE: {
    exit: 1,
    remedy: 'Check the network and the URL; a paused Supabase project must be resumed first.',
  },
  REMOTE_TLS: {
    exit: 1,
    remedy:
      'The server did not prove who it is. Check the URL and your proxy; where the server has a certificate authority of its own, as Supabase databases have, add sslrootcert=FILE to the connection string.',
  },
  REMOTE_TLS_REQUIRED: {
    exit: 3,
    remedy: 'Use https:// (or sslmode=require); unencrypted connections are allowed to this machine only.',
  },
  REMOTE_UNAUTHORIZED: {
    exit: 1,
    remedy:
      'Copy the secret key (service role) again from the project settings, or the password of the connection string.',
  },
  REMOTE_FORBIDDEN: {
    exit: 1,
    remedy: 'Use the secret key (service role), or grant the role the right named above.',
  },
  REMOTE_NOT_FOUND: { exit: 1, remedy: 'Check the project URL, and that the schema is exposed by the API.' },
  REMOTE_RATE_LIMITED: {
    exit: 1,
    remedy: 'The server asked for fewer requests; wait a minute and run again.',
  },
  REMOTE_TIMEOUT: {
    exit: 1,
    remedy: 'Run again; if it recurs, give a connection string, or raise the statement timeout of the role.',
  },
  REMOTE_UNAVAILABLE: {
    exit: 1,
    remedy: 'The server failed; nothing was changed here. Run again in a minute.',
  },
  REMOTE_PROTOCOL: {
    exit: 1,
    remedy:
      'The server answered something unexpected. Check that the URL is a Supabase project; report it if it is.',
  },
  REMOTE_QUERY: {
    exit: 1,
    remedy: 'The database refused the statement; the code and table are named above.',
  },
  REMOTE_ROWS_HIDDEN: {
    exit: 3,
    remedy:
      'Row level security hides rows from this key. Use the secret key (service role): a pull with this one would be silently partial.',
  },
  REMOTE_CHANGED: {
    exit: 1,
    remedy: 'The target was altered while it was read; nothing was changed here. Run again.',
  },
  REMOTE_EMPTY: {
    exit: 1,
    remedy: 'The target shows no tables. Check the schema, and that the key may see it.',
  },

  // The local database
  LOCAL_DIRECTORY_MISSING: {
    exit: 1,
    remedy: 'Create the folder, or correct "local.path" in syncline.json.',
  },
  LOCAL_IS_DIRECTORY: { exit: 1, remedy: '"local.path" in syncline.json must name a file.' },
  LOCAL_READ_ONLY: {
    exit: 1,
    remedy: 'Make the file and its folder writable, or choose another "local.path".',
  },
  LOCAL_NOT_A_DATABASE: {
    exit: 1,
    remedy:
      'The file is not a SQLite database, and was left as it is. Choose another "local.path", or move the file away.',
  },
  LOCAL_CORRUPT: {
    exit: 1,
    remedy:
      'The file is damaged, and was left as it is. Restore it from .syncline/backups, or move it away and pull again.',
  },
  LOCAL_LOCKED: {
    exit: 1,
    remedy: 'Another program is writing to the database. Stop it, or end its transaction, and run again.',
  },
  LOCAL_NOT_FOUND: { exit: 1, remedy: 'Pull first: the local database does not exist yet.' },
  LOCAL_EDITS: { exit: 3, remedy: 'Confirm (--yes) to replace them; the backup keeps them.' },
  DISK_FULL: { exit: 1, remedy: 'Free some space and run again; the local database was left as it was.' },
  DRIVER_UNAVAILABLE: {
    exit: 1,
    remedy: 'Update VS Code to 1.101 or later (Node.js to 22.14 or later); Linux needs glibc 2.34.',
  },
  LEDGER_CORRUPT: {
    exit: 1,
    remedy: 'Move .syncline/ledger.db away and pull again; local edits cannot be counted until then.',
  },
  RUN_IN_PROGRESS: {
    exit: 3,
    remedy: 'Another Syncline operation works on this workspace. Wait for it, or cancel it.',
  },

  FULL_PULL_NEEDED: {
    exit: 2,
    remedy: 'Pull in full: production is compared anew, and local edits are asked about first.',
  },

  METHOD_UNAVAILABLE: {
    exit: 3,
    remedy:
      'Leave the method out, and the best that the target offers is used; the kit offers the change log.',
  },

  SELECTION_INVALID: {
    exit: 1,
    remedy:
      'Name tables that were pulled (syncline status lists them), rows by their whole primary key as production has it, and sets of syncline.json; a part of production is pulled incrementally.',
  },
  COPY_PATH_INVALID: {
    exit: 1,
    remedy: 'Name a new file in the workspace folder, such as ./dev.sandbox.db.',
  },

  // Pushing
  TARGET_PROTECTED: { exit: 3, remedy: 'Arm the target by its name (--arm NAME), for this push only.' },
  PUSH_NOT_ATOMIC: {
    exit: 3,
    remedy:
      'Install the kit (syncline kit sql) or give a Postgres connection string: then all is applied or nothing. To push row by row all the same, say so (--row-by-row).',
  },
  PUSH_NEEDS_CONFIRMATION: {
    exit: 3,
    remedy:
      'Look at what would be pushed (--dry-run), and confirm it (--yes); "confirm" of the target in syncline.json sets the limits.',
  },
  REHEARSAL_UNAVAILABLE: {
    exit: 3,
    remedy:
      'Install the kit (syncline kit sql) or give a Postgres connection string: through the plain API nothing can be taken back. --dry-run shows what would be pushed.',
  },
  PUSH_IN_DOUBT: {
    exit: 2,
    remedy: 'Run again when the connection is back: the server is asked first, and nothing is pushed twice.',
  },

  UNDO_UNAVAILABLE: {
    exit: 3,
    remedy:
      'Runs are taken back one after the other, the latest first: "undo --list" names them. Earlier databases are in .syncline/backups.',
  },

  // Masking
  MASKING_KEY_MISSING: {
    exit: 3,
    remedy:
      'Set SYNCLINE_MASKING_KEY to 32 random bytes in base64 (openssl rand -base64 32), and keep it secret.',
  },
  MASKING_KEY_INVALID: {
    exit: 1,
    remedy: 'The masking key must be exactly 32 bytes in base64 (openssl rand -base64 32).',
  },
  MASKING_IMPOSSIBLE: { exit: 1, remedy: 'Choose another transformer for the column in syncline.json.' },
  MASKING_LEAK: {
    exit: 1,
    remedy: 'Choose another transformer for the columns named above; the local database was left as it was.',
  },

  // Values and integrity
  VALUE_UNREPRESENTABLE: {
    exit: 1,
    remedy: 'Exclude the column in syncline.json, or report the type: it must be exact or refused.',
  },
  FOREIGN_KEY_VIOLATIONS: {
    exit: 1,
    remedy:
      'Rows were changed while they were read. Run again, or give a connection string, which reads one snapshot.',
  },
  CONSTRAINT_VIOLATION: {
    exit: 1,
    remedy: 'The rows break a constraint named above; the local database was left as it was.',
  },

  MIGRATION_EXISTS: { exit: 1, remedy: 'Deploy the file named above, or remove it and run again.' },
  MIGRATION_UNWRITABLE: {
    exit: 1,
    remedy: 'Make the folder writable, or correct "migrations.directory" in syncline.json.',
  },

  CANCELLED: { exit: 130, remedy: 'Nothing was changed. Run again when you like.' },
  USAGE: { exit: 1, remedy: 'Run with --help to see the commands and their options.' },
  INTERNAL: { exit: 1, remedy: 'This is a bug in Syncline. Please report it with the log.' },
} as const satisfies Record<string, ErrorKind>;

export type ErrorCode = keyof typeof ERROR_KINDS;

/** What accompanies an error: names, counts and positions, never a row's value. */
export type ErrorDetails = Readonly<Record<string, string | number | boolean | readonly string[]>>;

/** The one error type that crosses Syncline's layers. Everything else that is thrown is a bug. */
export class SynclineError extends Error {
  readonly code: ErrorCode;
  readonly details: ErrorDetails;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'SynclineError';
    this.code = code;
    this.details = details;
  }

  get remedy(): string {
    return ERROR_KINDS[this.code].remedy;
  }

  get exitCode(): ExitCode {
    return ERROR_KINDS[this.code].exit;
  }
}

/** The shape in which an error crosses a thread or is printed with `--json`. */
export interface ErrorRecord {
  readonly code: ErrorCode;
  readonly message: string;
  readonly remedy: string;
  readonly details: ErrorDetails;
}

/**
 * Any thrown thing as a {@link SynclineError}. An unknown one becomes INTERNAL: its class is kept, its message is
 * dropped, because drivers quote row values in messages.
 */
export function toSynclineError(thrown: unknown): SynclineError {
  if (thrown instanceof SynclineError) return thrown;
  if (thrown instanceof Error && thrown.name === 'AbortError') {
    return new SynclineError('CANCELLED', 'The operation was cancelled.');
  }
  const name = thrown instanceof Error ? thrown.name : typeof thrown;
  return new SynclineError('INTERNAL', `An unexpected ${name} was raised.`, {}, { cause: thrown });
}

export function toErrorRecord(error: SynclineError): ErrorRecord {
  return { code: error.code, message: error.message, remedy: error.remedy, details: error.details };
}

export function fromErrorRecord(record: ErrorRecord): SynclineError {
  return new SynclineError(record.code, record.message, record.details);
}
