/**
 * What a failed parse says, worded as Parsec (the parser library under PostgREST) words it: PostgREST hands these
 * texts to its clients in the `message` and `details` of PGRST100.
 */

/** A place in the parsed text; line and column count from 1, columns in code points. */
export interface Position {
  readonly offset: number;
  readonly line: number;
  readonly column: number;
}

export interface Message {
  /** What was met, what a parser says it met, or what it expected. */
  readonly kind: 'system-unexpected' | 'unexpected' | 'expected';
  readonly text: string;
}

export interface Failure {
  readonly position: Position;
  readonly messages: readonly Message[];
}

/** The failure that got further wins; at one place the messages add up; a failure without messages says nothing. */
export function mergeFailures(first: Failure, second: Failure): Failure {
  if (second.messages.length === 0 && first.messages.length > 0) return first;
  if (first.messages.length === 0 && second.messages.length > 0) return second;
  const distance = first.position.offset - second.position.offset;
  if (distance !== 0) return distance > 0 ? first : second;
  return { position: first.position, messages: [...first.messages, ...second.messages] };
}

/** The failure with all its expectations replaced by one. */
export function expectInstead(failure: Failure, text: string): Failure {
  const others = failure.messages.filter((message) => message.kind !== 'expected');
  return { position: failure.position, messages: [{ kind: 'expected', text }, ...others] };
}

/** Such as `"failed to parse order (id.ac)" (line 1, column 4)`. */
export function describePlace(subject: string, position: Position): string {
  return `"${subject}" (line ${position.line}, column ${position.column})`;
}

/** Such as `unexpected "c" expecting "asc" or "desc"`. */
export function describeFailure(failure: Failure): string {
  if (failure.messages.length === 0) return 'unknown parse error';
  const texts = (kind: Message['kind']): string[] =>
    failure.messages.filter((message) => message.kind === kind).map((message) => message.text);
  const stated = texts('unexpected');
  const met = texts('system-unexpected')[0];
  const parts = [
    stated.length > 0 || met === undefined ? '' : `unexpected ${met === '' ? 'end of input' : met}`,
    listed('unexpected', stated),
    listed('expecting', texts('expected')),
  ];
  return [...new Set(parts.filter((part) => part !== ''))].join(' ').replaceAll('\n', ' ').trim();
}

function listed(prefix: string, texts: readonly string[]): string {
  const named = [...new Set(texts.filter((text) => text !== ''))];
  const last = named.pop();
  if (last === undefined) return '';
  return named.length === 0 ? `${prefix} ${last}` : `${prefix} ${named.join(', ')} or ${last}`;
}

const NAMED_CONTROLS: Readonly<Record<string, string>> = {
  '\u0007': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '\\': '\\\\',
};

/** A character or text between quotes as Haskell shows it: what is not printable ASCII by its decimal code. */
export function shown(text: string, quote: '"' | "'"): string {
  let body = '';
  let numeric = false;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    const named = character === quote ? `\\${quote}` : NAMED_CONTROLS[character];
    const escaped = named ?? (code < 32 || code > 126 ? `\\${code}` : character);
    // A digit after a numeric escape would be read as part of it.
    body += numeric && /^[0-9]/.test(escaped) ? `\\&${escaped}` : escaped;
    numeric = named === undefined && escaped.startsWith('\\');
  }
  return quote + body + quote;
}
