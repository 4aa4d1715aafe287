/** Production schemas for tests, written the short way. */
import type { LogicalType } from '../../src/core/schema/logical-type.ts';
import type {
  Catalog,
  CheckConstraint,
  Column,
  ForeignKey,
  Index,
  ReferentialAction,
  Table,
  TableName,
} from '../../src/core/schema/model.ts';

export const type = {
  int: { kind: 'integer', bits: 32 },
  bigint: { kind: 'integer', bits: 64 },
  text: { kind: 'text' },
  citext: { kind: 'text', caseInsensitive: true },
  boolean: { kind: 'boolean' },
  uuid: { kind: 'uuid' },
  numeric: { kind: 'numeric' },
  double: { kind: 'float', bits: 64 },
  timestamptz: { kind: 'timestamp', zone: true },
  jsonb: { kind: 'json', binary: true },
  bytea: { kind: 'bytes' },
} as const satisfies Record<string, LogicalType>;

const SPELLED: Partial<Record<LogicalType['kind'], string>> = {
  integer: 'bigint',
  float: 'double precision',
  json: 'jsonb',
  bytes: 'bytea',
  timestamp: 'timestamp with time zone',
};

/** A column that may not be NULL. */
export function required(of: LogicalType): { readonly required: LogicalType } {
  return { required: of };
}

export interface TableOptions {
  readonly schema?: string;
  readonly key?: readonly string[];
  readonly uniques?: readonly (readonly string[])[];
  readonly references?: readonly {
    readonly columns: readonly string[];
    readonly table: string;
    readonly to: readonly string[];
    readonly onDelete?: ReferentialAction;
  }[];
  readonly indexes?: readonly Index[];
  readonly checks?: readonly CheckConstraint[];
}

/** A table of production. Key columns are required; others only when they are wrapped in {@link required}. */
export function table(
  name: string,
  columns: Readonly<Record<string, LogicalType | { readonly required: LogicalType }>>,
  { schema = 'public', key, uniques = [], references = [], indexes = [], checks = [] }: TableOptions = {},
): Table {
  return {
    name: { schema, name },
    columns: Object.entries(columns).map(([column, of]): Column => {
      const logical = 'required' in of ? of.required : of;
      return {
        name: column,
        type: logical,
        postgresType: SPELLED[logical.kind] ?? logical.kind,
        nullable: !('required' in of) && key?.includes(column) !== true,
      };
    }),
    ...(key === undefined ? {} : { primaryKey: { name: `${name}_pkey`, columns: key } }),
    uniques: uniques.map((unique) => ({
      name: `${name}_${unique.join('_')}_key`,
      columns: unique,
      nullsNotDistinct: false,
    })),
    checks,
    foreignKeys: references.map((reference): ForeignKey => ({
      name: `${name}_${reference.columns.join('_')}_fkey`,
      columns: reference.columns,
      references: { table: tableName(reference.table), columns: reference.to },
      onDelete: reference.onDelete ?? 'no action',
      onUpdate: 'no action',
    })),
    indexes,
    rowSecurity: false,
  };
}

/** An index on plain columns, as `create index` makes it. */
export function index(name: string, columns: readonly string[], unique = false): Index {
  return { name, unique, method: 'btree', keys: columns.map((column) => ({ column, descending: false })) };
}

export function catalogOf(...tables: readonly Table[]): Catalog {
  return { tables, completeness: 'full' };
}

function tableName(written: string): TableName {
  const [first = '', second] = written.split('.');
  return second === undefined ? { schema: 'public', name: first } : { schema: first, name: second };
}
