/**
 * What a column's type means, apart from how either engine spells it. Comparison, storage and masking are decided on
 * this, never on the text of a type.
 */
export type LogicalType =
  | { readonly kind: 'boolean' }
  | { readonly kind: 'integer'; readonly bits: 16 | 32 | 64 }
  | { readonly kind: 'numeric'; readonly precision?: number; readonly scale?: number }
  | { readonly kind: 'float'; readonly bits: 32 | 64 }
  /** `maxLength` in characters. `padded` is char(n), whose trailing spaces mean nothing. */
  | {
      readonly kind: 'text';
      readonly maxLength?: number;
      readonly padded?: true;
      readonly caseInsensitive?: true;
    }
  | { readonly kind: 'uuid' }
  | { readonly kind: 'date' }
  | { readonly kind: 'time'; readonly zone: boolean }
  | { readonly kind: 'timestamp'; readonly zone: boolean }
  | { readonly kind: 'interval' }
  /** `binary` is jsonb. */
  | { readonly kind: 'json'; readonly binary: boolean }
  | { readonly kind: 'bytes' }
  | { readonly kind: 'enum'; readonly name: string; readonly values: readonly string[] }
  | { readonly kind: 'array'; readonly element: LogicalType }
  | { readonly kind: 'network'; readonly form: 'inet' | 'cidr' | 'macaddr' | 'macaddr8' }
  /** Kept as Postgres's own text, exactly: tsvector, ranges, vector, xml, bit, hstore, ltree, composites, geometry. */
  | { readonly kind: 'opaque'; readonly name: string };
