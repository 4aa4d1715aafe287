/** Where a view's column comes from: the column of a table (or of another view), by catalog numbers. */
export interface ColumnOrigin {
  readonly table: string;
  readonly column: number;
}

/**
 * The origins of a view's columns, by the view's own column number, read from the parse tree that PostgreSQL keeps in
 * `pg_rewrite.ev_action`. Computed columns have none.
 */
export function viewColumnOrigins(parseTree: string): ReadonlyMap<number, ColumnOrigin> {
  const origins = new Map<number, ColumnOrigin>();
  const [query] = asList(readNode(new Tokens(parseTree)));
  for (const entry of asList(fieldOf(query, 'targetList'))) {
    const table = fieldOf(entry, 'resorigtbl');
    const column = Number(fieldOf(entry, 'resorigcol'));
    if (typeof table === 'string' && table !== '0' && column > 0) {
      origins.set(Number(fieldOf(entry, 'resno')), { table, column });
    }
  }
  return origins;
}

/** `{NAME :field value ...}`, `(member ...)`, or a word. */
type Node = string | readonly Node[] | { readonly fields: ReadonlyMap<string, Node> };

function asList(node: Node | undefined): readonly Node[] {
  return Array.isArray(node) ? (node as readonly Node[]) : [];
}

function fieldOf(node: Node | undefined, name: string): Node | undefined {
  return typeof node === 'object' && 'fields' in node ? node.fields.get(name) : undefined;
}

/** Brackets and words; a backslash takes the next character into the word. */
class Tokens {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  next(): string | undefined {
    while (/\s/.test(this.#text.charAt(this.#at))) this.#at += 1;
    const start = this.#at;
    if (start >= this.#text.length) return undefined;
    if ('(){}'.includes(this.#text.charAt(start))) {
      this.#at += 1;
      return this.#text.charAt(start);
    }
    while (this.#at < this.#text.length && !/[\s(){}]/.test(this.#text.charAt(this.#at))) {
      this.#at += this.#text.charAt(this.#at) === '\\' ? 2 : 1;
    }
    return this.#text.slice(start, this.#at);
  }
}

function readNode(tokens: Tokens, first = tokens.next()): Node {
  if (first === '(') return readMembers(tokens, ')');
  if (first !== '{') return first ?? '';
  // The first member is the node's name. A field may have several words (a constant's bytes); the first will do.
  const fields = new Map<string, Node>();
  let field = '';
  for (const member of readMembers(tokens, '}')) {
    if (typeof member === 'string' && member.startsWith(':')) field = member.slice(1);
    else if (!fields.has(field)) fields.set(field, member);
  }
  return { fields };
}

function readMembers(tokens: Tokens, close: string): readonly Node[] {
  const members: Node[] = [];
  for (let token = tokens.next(); token !== undefined && token !== close; token = tokens.next()) {
    members.push(readNode(tokens, token));
  }
  return members;
}
