/** What PostgREST keeps of a database's catalog: its schema cache. */
export interface SchemaCache {
  readonly tables: ReadonlyMap<string, Table>;
  /** By the key of the table they start from. */
  readonly relationships: ReadonlyMap<string, readonly Relationship[]>;
  /** The functions of one name, those with the fewest parameters first. */
  readonly routines: ReadonlyMap<string, readonly Routine[]>;
  readonly timezones: ReadonlySet<string>;
  /** Settings that a role brings along (`alter role ... set`), for the roles that requests may assume. */
  readonly roleSettings: ReadonlyMap<string, RoleSettings>;
}

export interface RoleSettings {
  readonly isolation: string | undefined;
  readonly settings: readonly (readonly [name: string, value: string])[];
}

export interface QualifiedName {
  readonly schema: string;
  readonly name: string;
}

export interface Table extends QualifiedName {
  readonly description: string | undefined;
  readonly isView: boolean;
  readonly insertable: boolean;
  readonly updatable: boolean;
  readonly deletable: boolean;
  /** In alphabetical order. */
  readonly primaryKey: readonly string[];
  readonly columns: readonly Column[];
}

export interface Column {
  readonly name: string;
  readonly description: string | undefined;
  readonly nullable: boolean;
  /** The type's name without its length; a domain over a built-in type is named after that. */
  readonly type: string;
  /** The type's name as declared, with its length. */
  readonly declaredType: string;
  readonly maxLength: number | undefined;
  /** An SQL expression. */
  readonly defaultExpression: string | undefined;
  /** The labels of an enum type. */
  readonly labels: readonly string[];
}

export type ColumnPair = readonly [own: string, foreign: string];

export interface Junction extends QualifiedName {
  /** The foreign key that leads from the junction to the relationship's own table. */
  readonly sourceConstraint: string;
  readonly targetConstraint: string;
  readonly sourceColumns: readonly ColumnPair[];
  readonly targetColumns: readonly ColumnPair[];
}

export type Cardinality =
  | {
      readonly kind: 'many-to-one' | 'one-to-many' | 'one-to-one';
      readonly constraint: string;
      readonly columns: readonly ColumnPair[];
      /** The table is the referenced one of a one-to-one relationship. */
      readonly referenced: boolean;
    }
  | { readonly kind: 'many-to-many'; readonly junction: Junction };

export interface Relationship {
  readonly table: QualifiedName;
  readonly foreignTable: QualifiedName;
  readonly tableIsView: boolean;
  readonly foreignTableIsView: boolean;
  readonly cardinality: Cardinality;
}

export interface Routine extends QualifiedName {
  readonly oid: string;
  readonly description: string | undefined;
  readonly parameters: readonly Parameter[];
  readonly volatility: 'immutable' | 'stable' | 'volatile';
  readonly returnsSet: boolean;
  readonly returnsVoid: boolean;
  /** The table or type of the rows that are returned; nothing when values are. */
  readonly rowType: QualifiedName | undefined;
  readonly isolation: string | undefined;
  /** The function's own settings that hold for the whole request. */
  readonly settings: readonly (readonly [name: string, value: string])[];
}

export interface Parameter {
  /** Empty for an unnamed one. */
  readonly name: string;
  readonly type: string;
  /** The type that takes values of any length, where the declared one would cut them. */
  readonly wideType: string;
  readonly required: boolean;
  readonly variadic: boolean;
}

export function tableKey(table: QualifiedName): string {
  return JSON.stringify([table.schema, table.name]);
}

export function isToOne(relationship: Relationship): boolean {
  const { kind } = relationship.cardinality;
  return kind === 'many-to-one' || kind === 'one-to-one';
}

/** Whether the function returns values rather than rows. */
export function returnsScalar(routine: Routine): boolean {
  return routine.rowType === undefined;
}
