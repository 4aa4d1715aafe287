/** What the engine asks of a production database that is written to. */
import type { TableName } from './schema/model.ts';
import type { PostgresText } from './values/cell.ts';

/** Columns by name with values in Postgres's text form. */
export type TextByColumn = Readonly<Record<string, PostgresText>>;

/**
 * One row's change as it travels to production. `expect` is the precondition: what production's row must hold in those
 * columns (compared with IS NOT DISTINCT FROM after casting), or the whole push is refused.
 */
export interface PushOperation {
  readonly op: 'insert' | 'update' | 'delete';
  readonly table: TableName;
  readonly key: Readonly<Record<string, string>>;
  readonly expect: TextByColumn;
  /** Empty for a delete. Generated columns are never among them. */
  readonly set: TextByColumn;
}

/** Why one operation failed on the server. Names, never values. */
export interface PushFailure {
  /** The operation's place in the push, from 0; -1 for a refusal that only the end of the transaction brought up. */
  readonly index: number;
  readonly cause: 'changed' | 'missing' | 'exists' | 'refused';
  /** Of a server's refusal. */
  readonly sqlState?: string;
  readonly constraint?: string;
  readonly column?: string;
  /** What the server said, without values. */
  readonly message: string;
}

export interface PushRequest {
  /** A UUID. One id is applied at most once. */
  readonly id: string;
  readonly operations: AsyncIterable<readonly PushOperation[]>;
  /** Do everything in a transaction that is rolled back. */
  readonly rehearse: boolean;
  /** Who pushes, for production's own record: a name and the key's fingerprint. */
  readonly who: string;
  /**
   * Called when everything is done but the commit, with what will tell later whether the commit happened. What it
   * writes down must be durable when it returns.
   */
  readonly beforeCommit: (witness: string) => void;
  /** Told the operations sent so far. */
  readonly onProgress: (operations: number) => void;
  readonly signal: AbortSignal;
}

export type PushOutcome =
  | {
      readonly state: 'committed' | 'rehearsed';
      readonly operations: number;
    }
  | {
      /** Nothing was applied. */
      readonly state: 'refused';
      readonly failures: readonly PushFailure[];
    }
  | {
      /** Only row by row: some were applied, these exactly. */
      readonly state: 'partial';
      readonly applied: readonly number[];
      readonly failures: readonly PushFailure[];
    };

/**
 * Writes to production. `transaction`: a connection string, all or nothing; `kit`: staged and committed by one call,
 * all or nothing; `row-by-row`: plain PostgREST, each row guarded, the whole not atomic.
 */
export interface ProductionWriter {
  readonly guarantee: 'transaction' | 'kit' | 'row-by-row';
  /**
   * The named columns of the rows with the given keys, in no order, key columns first; rows that are not there are left
   * out. Values as Postgres text.
   */
  readByKey(request: {
    readonly table: TableName;
    readonly keyColumns: readonly string[];
    readonly columns: readonly string[];
    readonly keys: readonly (readonly string[])[];
    readonly signal: AbortSignal;
  }): Promise<readonly (readonly PostgresText[])[]>;
  /** Columns of a table that an INSERT may name: all but generated ones, those that are never pulled too. */
  writableColumns?(table: TableName, signal: AbortSignal): Promise<readonly string[]>;
  /** Throws REMOTE_ errors when it is not known that anything was applied; ask {@link outcome} then. */
  push(request: PushRequest): Promise<PushOutcome>;
  /** What became of a push whose response was lost, by its id and its witness; `unknown` where nobody remembers. */
  outcome(id: string, witness: string, signal: AbortSignal): Promise<'committed' | 'absent' | 'unknown'>;
  close(): Promise<void>;
}
