import type { LogicalType } from './logical-type.ts';

/** A production table's name. Names are data: any string that Postgres allows. */
export interface TableName {
  readonly schema: string;
  readonly name: string;
}

/**
 * How people and the workspace file write a table: `users` in schema public, else `auth.users`.
 * The key of every map by table.
 */
export type TableKey = string;

export function tableKey(table: TableName): TableKey {
  return table.schema === 'public' ? table.name : `${table.schema}.${table.name}`;
}

/** The result of a foreign key when its parent row goes or changes its key. */
export type ReferentialAction = 'no action' | 'restrict' | 'cascade' | 'set null' | 'set default';

export interface Column {
  readonly name: string;
  readonly type: LogicalType;
  /** As `format_type` spells it, for people: `character varying(40)`. */
  readonly postgresType: string;
  /** Name of the domain that `type` was resolved through, if any; its checks are among the table's. */
  readonly domain?: string;
  readonly nullable: boolean;
  /** The default's Postgres expression, as `pg_get_expr` prints it. */
  readonly defaultExpression?: string;
  /** The Postgres expression of a generated column. */
  readonly generatedExpression?: string;
  readonly identity?: 'always' | 'by default';
  readonly comment?: string;
}

export interface KeyConstraint {
  readonly name: string;
  readonly columns: readonly string[];
}

export interface UniqueConstraint extends KeyConstraint {
  readonly nullsNotDistinct: boolean;
}

export interface CheckConstraint {
  readonly name: string;
  /** The expression alone, without CHECK and its parentheses, in Postgres's SQL. */
  readonly expression: string;
  /** NOT VALID or NOT ENFORCED: rows may break it. */
  readonly notValid?: true;
}

export interface ForeignKey {
  readonly name: string;
  readonly columns: readonly string[];
  readonly references: { readonly table: TableName; readonly columns: readonly string[] };
  readonly onDelete: ReferentialAction;
  readonly onUpdate: ReferentialAction;
  /** NOT VALID or NOT ENFORCED: rows may break it. */
  readonly notValid?: true;
}

/** An index that no constraint owns. */
export interface Index {
  readonly name: string;
  readonly unique: boolean;
  /** `btree`, `gin`, ... Only btree has an equal in SQLite. */
  readonly method: string;
  /** Each key: a plain column, or an expression in Postgres's SQL. */
  readonly keys: readonly (
    { readonly column: string; readonly descending: boolean } | { readonly expression: string }
  )[];
  /** The predicate of a partial index, in Postgres's SQL. */
  readonly predicate?: string;
}

export interface Table {
  readonly name: TableName;
  readonly columns: readonly Column[];
  readonly primaryKey?: KeyConstraint;
  readonly uniques: readonly UniqueConstraint[];
  readonly checks: readonly CheckConstraint[];
  readonly foreignKeys: readonly ForeignKey[];
  readonly indexes: readonly Index[];
  readonly rowSecurity: boolean;
  readonly comment?: string;
  /** The planner's estimate, for progress only; absent when the table was never analysed or the source cannot say. */
  readonly estimatedRows?: number;
}

/** Production's schema at one moment. */
export interface Catalog {
  readonly tables: readonly Table[];
  /** `partial`: read from PostgREST's OpenAPI, which omits uniques, checks and indexes. */
  readonly completeness: 'full' | 'partial';
  /** As the server says it, such as `PostgreSQL 17.4`. */
  readonly serverVersion?: string;
}

export function findTable(catalog: Catalog, key: TableKey): Table | undefined {
  return catalog.tables.find((table) => tableKey(table.name) === key);
}
