import type { Sql } from '../sql/fragment.ts';

/** A row whose values are PostgreSQL's own text: nothing was parsed, so nothing was rounded. */
export type TextRow = Readonly<Record<string, string | null>>;

/** A statement that PostgreSQL refused, with the fields of its error message. */
export class SqlError extends Error {
  /** The SQLSTATE. */
  readonly code: string;
  readonly detail: string | undefined;
  readonly hint: string | undefined;

  constructor(fields: {
    code: string;
    message: string;
    detail?: string | undefined;
    hint?: string | undefined;
  }) {
    super(fields.message);
    this.name = 'SqlError';
    this.code = fields.code;
    this.detail = fields.detail;
    this.hint = fields.hint;
  }
}

type ConnectionFailure = 'unreachable' | 'pool-exhausted' | 'lost';

/** The database could not be reached, had no connection free in time, or went away in the middle. */
export class ConnectionError extends Error {
  readonly kind: ConnectionFailure;

  constructor(kind: ConnectionFailure, message: string) {
    super(message);
    this.name = 'ConnectionError';
    this.kind = kind;
  }
}

export interface TransactionOptions {
  readonly readOnly: boolean;
  readonly isolation: 'read committed' | 'repeatable read' | 'serializable';
}

/** What a request does inside its transaction. */
export interface Session {
  /** Becomes one of the roles that `authenticator` may assume, until the transaction ends. */
  assume(role: string): Promise<void>;
  run(statement: Sql): Promise<readonly TextRow[]>;
}

/** Where the rows of the sandbox live. */
export interface Database {
  /**
   * Runs the work as the role `authenticator` in one transaction: committed when it returns, rolled back when it
   * throws. The statement timeout holds until the work sets another.
   */
  transaction<T>(options: TransactionOptions, work: (session: Session) => Promise<T>): Promise<T>;
  /** One statement as the superuser, under which every name outside pg_catalog is written with its schema. */
  withEmptySearchPath(text: string, parameters: readonly string[]): Promise<readonly TextRow[]>;
  /** Several statements as the superuser. */
  execute(text: string): Promise<void>;
  /** One statement as the superuser, with values as the driver gives them. */
  query<T>(text: string, parameters?: readonly unknown[]): Promise<T[]>;
  close(): Promise<void>;
}
