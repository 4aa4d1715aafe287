/** What a JSON text is, as far as its rows' columns are concerned. Values are looked through, never converted. */
export type JsonShape =
  | { readonly kind: 'object'; readonly keys: readonly string[] }
  /** Objects that all have the same keys; without objects there are no keys. */
  | { readonly kind: 'rows'; readonly keys: readonly string[]; readonly empty: boolean }
  /** An array whose members are not objects with the same keys. */
  | { readonly kind: 'uneven' }
  | { readonly kind: 'other' };

class Malformed extends Error {}

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
const BLANKS = /[ \t\n\r]*/y;
const WORD = /true|false|null/y;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const FIRST_PRINTABLE = 0x20;

/** The shape of a JSON text, or nothing when it is not JSON. */
export function jsonShape(text: string): JsonShape | undefined {
  try {
    const scanner = new Scanner(text);
    const shape = scanner.document();
    return shape;
  } catch (failure) {
    if (failure instanceof Malformed) return undefined;
    throw failure;
  }
}

/** Walks over a JSON text without recursion, so that deep nesting cannot exhaust the stack. */
class Scanner {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  document(): JsonShape {
    this.#take(BLANKS);
    const first = this.#text[this.#at];
    let shape: JsonShape;
    if (first === '{') shape = { kind: 'object', keys: this.#objectKeys() };
    else if (first === '[') shape = this.#rows();
    else {
      this.#skipValue();
      shape = { kind: 'other' };
    }
    this.#take(BLANKS);
    if (this.#at !== this.#text.length) throw new Malformed();
    return shape;
  }

  #rows(): JsonShape {
    this.#at += 1;
    const seen: { keys?: readonly string[]; uneven?: true } = {};
    this.#members(']', () => {
      const isObject = this.#text[this.#at] === '{';
      if (!isObject) this.#skipValue();
      const own = isObject ? this.#objectKeys() : [];
      const first = (seen.keys ??= own);
      const same = own.length === first.length && own.every((key, index) => key === first[index]);
      if (!isObject || !same) seen.uneven = true;
    });
    if (seen.uneven) return { kind: 'uneven' };
    return { kind: 'rows', keys: seen.keys ?? [], empty: seen.keys === undefined };
  }

  /** The keys of the object here, once each, in the order of their code points. */
  #objectKeys(): readonly string[] {
    this.#at += 1;
    const keys = new Set<string>();
    this.#members('}', () => {
      keys.add(this.#key());
      this.#skipValue();
    });
    return [...keys].sort(byCodePoints);
  }

  #key(): string {
    const text = this.#string();
    this.#take(BLANKS);
    this.#expect(':');
    this.#take(BLANKS);
    return text.includes('\\') ? (JSON.parse(text) as string) : text.slice(1, -1);
  }

  #members(close: '}' | ']', each: () => void): void {
    this.#take(BLANKS);
    if (this.#text[this.#at] === close) {
      this.#at += 1;
      return;
    }
    for (;;) {
      each();
      this.#take(BLANKS);
      if (this.#text[this.#at] === close) break;
      this.#expect(',');
      this.#take(BLANKS);
    }
    this.#at += 1;
  }

  #skipValue(): void {
    const open: ('}' | ']')[] = [];
    for (;;) {
      const opened = this.#skipScalarOrOpen();
      if (opened !== undefined) {
        open.push(opened);
        this.#take(BLANKS);
        if (this.#text[this.#at] !== opened) {
          if (opened === '}') this.#key();
          continue;
        }
      }
      // A value has ended: close what it ends, or go on to the next member.
      for (;;) {
        const close = open.at(-1);
        if (close === undefined) return;
        this.#take(BLANKS);
        if (this.#text[this.#at] === close) {
          this.#at += 1;
          open.pop();
          continue;
        }
        this.#expect(',');
        this.#take(BLANKS);
        if (close === '}') this.#key();
        break;
      }
    }
  }

  #skipScalarOrOpen(): '}' | ']' | undefined {
    const first = this.#text[this.#at];
    if (first === '{' || first === '[') {
      this.#at += 1;
      return first === '{' ? '}' : ']';
    }
    if (first === '"') this.#string();
    else if (first === 't' || first === 'f' || first === 'n') this.#take(WORD);
    else this.#take(NUMBER);
    return undefined;
  }

  /** Character by character: a pattern would need memory in proportion to a long text. */
  #string(): string {
    const start = this.#at;
    this.#expect('"');
    for (;;) {
      const code = this.#text.charCodeAt(this.#at);
      if (code === QUOTE) break;
      if (code === BACKSLASH) this.#take(ESCAPE);
      else if (code >= FIRST_PRINTABLE) this.#at += 1;
      else throw new Malformed();
    }
    this.#at += 1;
    return this.#text.slice(start, this.#at);
  }

  #expect(character: string): void {
    if (this.#text[this.#at] !== character) throw new Malformed();
    this.#at += 1;
  }

  #take(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    if (match === null) throw new Malformed();
    this.#at = pattern.lastIndex;
    return match[0];
  }
}

/** Orders texts by their code points, as PostgreSQL's "C" collation and Haskell do. */
export function byCodePoints(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
