/** A piece of SQL with its bound values inside: values never become text of a statement. */
export type Sql = readonly Piece[];

type Piece = string | { readonly bound: string | null };

export interface Statement {
  readonly text: string;
  readonly values: readonly (string | null)[];
}

export const EMPTY: Sql = [];

/** SQL that this program or the catalog wrote; never what a request sent. */
export function trusted(text: string): Sql {
  return [text];
}

/** A value of a request. PostgreSQL infers its type from where it stands. */
export function bound(value: string | null): Sql {
  return [{ bound: value }];
}

/** A quoted identifier. PostgreSQL has no NUL in names; what follows one is dropped. */
export function identifier(name: string): Sql {
  return [`"${withoutNul(name).replaceAll('"', '""')}"`];
}

/** A quoted literal, for texts of the catalog that must stand in the statement itself. */
export function literal(text: string): Sql {
  const doubled = withoutNul(text).replaceAll("'", "''");
  return [doubled.includes('\\') ? `E'${doubled.replaceAll('\\', '\\\\')}'` : `'${doubled}'`];
}

/** A template whose interpolations are SQL. */
export function sql(texts: TemplateStringsArray, ...parts: readonly Sql[]): Sql {
  return texts.flatMap((text, index) => [text, ...(parts[index] ?? [])]);
}

export function joined(parts: readonly Sql[], separator: string): Sql {
  return parts.flatMap((part, index) => (index === 0 ? part : [separator, ...part]));
}

/** The statement with `$1`, `$2`, ... for its bound values. */
export function rendered(fragment: Sql): Statement {
  const values: (string | null)[] = [];
  const text = fragment.map((piece) => {
    if (typeof piece === 'string') return piece;
    values.push(piece.bound);
    return `$${values.length}`;
  });
  return { text: text.join(''), values };
}

function withoutNul(text: string): string {
  return text.split('\0', 1)[0] ?? '';
}
