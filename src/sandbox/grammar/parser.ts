import type { Failure, Position } from './parse-error.ts';
import { describeFailure, describePlace, expectInstead, mergeFailures, shown } from './parse-error.ts';

/**
 * Parser combinators with Parsec's rules about what a failure means: a parser that consumed nothing lets the next
 * alternative try, one that consumed something does not (unless wrapped in {@link attempt}), and the failures met on
 * the way are kept for the message.
 */
export type Parser<T> = (input: readonly string[], at: Position) => Reply<T>;

type Reply<T> =
  | {
      readonly ok: true;
      readonly consumed: boolean;
      readonly value: T;
      readonly position: Position;
      readonly failure: Failure;
    }
  | { readonly ok: false; readonly consumed: boolean; readonly failure: Failure };

/** A text that did not parse, with PostgREST's `message` and `details` for it. */
export class GrammarError extends Error {
  readonly details: string;

  constructor(message: string, details: string) {
    super(message);
    this.name = 'GrammarError';
    this.details = details;
  }
}

/**
 * Parses the beginning of a text; what follows is ignored, as PostgREST ignores it.
 * @throws GrammarError whose message names the subject and the place
 */
export function parseText<T>(parser: Parser<T>, text: string, subject: string): T {
  const reply = parser(Array.from(text), { offset: 0, line: 1, column: 1 });
  if (reply.ok) return reply.value;
  throw new GrammarError(describePlace(subject, reply.failure.position), describeFailure(reply.failure));
}

const nothingAt = (position: Position): Failure => ({ position, messages: [] });

function advance(at: Position, character: string): Position {
  const offset = at.offset + 1;
  if (character === '\n') return { offset, line: at.line + 1, column: 1 };
  const tabStop = 8;
  const step = character === '\t' ? tabStop - ((at.column - 1) % tabStop) : 1;
  return { offset, line: at.line, column: at.column + step };
}

export function pure<T>(value: T): Parser<T> {
  return (_input, at) => ({ ok: true, consumed: false, value, position: at, failure: nothingAt(at) });
}

/** Fails without consuming and without saying why. */
export function fail<T>(): Parser<T> {
  return (_input, at) => ({ ok: false, consumed: false, failure: nothingAt(at) });
}

export function satisfy(test: (character: string) => boolean): Parser<string> {
  return (input, at) => {
    const character = input[at.offset];
    if (character === undefined || !test(character)) {
      const text = character === undefined ? '' : shown(character, '"');
      return {
        ok: false,
        consumed: false,
        failure: { position: at, messages: [{ kind: 'system-unexpected', text }] },
      };
    }
    const position = advance(at, character);
    return { ok: true, consumed: true, value: character, position, failure: nothingAt(position) };
  };
}

export const anyCharacter: Parser<string> = satisfy(() => true);

export function character(wanted: string): Parser<string> {
  return label(
    satisfy((met) => met === wanted),
    shown(wanted, '"'),
  );
}

/** A mismatch is reported at the beginning of the word, with the character that did not match. */
export function word(wanted: string): Parser<string> {
  const letters = Array.from(wanted);
  return (input, at) => {
    let position = at;
    for (const [index, letter] of letters.entries()) {
      const met = input[at.offset + index];
      if (met !== letter) {
        const text = met === undefined ? '' : shown(met, '"');
        const messages = [{ kind: 'system-unexpected', text } as const];
        return {
          ok: false,
          consumed: index > 0,
          failure: expectInstead({ position: at, messages }, shown(wanted, '"')),
        };
      }
      position = advance(position, letter);
    }
    return { ok: true, consumed: true, value: wanted, position, failure: nothingAt(position) };
  };
}

/** Names what is expected here, in place of the parser's own expectations, if it fails before consuming. */
export function label<T>(parser: Parser<T>, text: string): Parser<T> {
  return (input, at) => {
    const reply = parser(input, at);
    if (reply.consumed || (reply.ok && reply.failure.messages.length === 0)) return reply;
    return { ...reply, failure: expectInstead(reply.failure, text) };
  };
}

/** On failure, behaves as if nothing had been consumed. */
export function attempt<T>(parser: Parser<T>): Parser<T> {
  return (input, at) => {
    const reply = parser(input, at);
    return reply.ok ? reply : { ...reply, consumed: false };
  };
}

/** On success, behaves as if nothing had been consumed. */
export function lookAhead<T>(parser: Parser<T>): Parser<T> {
  return (input, at) => {
    const reply = parser(input, at);
    return reply.ok ? { ...reply, consumed: false, position: at, failure: nothingAt(at) } : reply;
  };
}

export function chain<A, B>(first: Parser<A>, next: (value: A) => Parser<B>): Parser<B> {
  return (input, at) => {
    const before = first(input, at);
    if (!before.ok) return before;
    const after = next(before.value)(input, before.position);
    if (after.consumed) return after;
    return { ...after, consumed: before.consumed, failure: mergeFailures(before.failure, after.failure) };
  };
}

export function map<A, B>(parser: Parser<A>, change: (value: A) => B): Parser<B> {
  return (input, at) => {
    const reply = parser(input, at);
    return reply.ok ? { ...reply, value: change(reply.value) } : reply;
  };
}

/** Both in order; gives the first's value. */
export function before<A>(first: Parser<A>, second: Parser<unknown>): Parser<A> {
  return chain(first, (value) => map(second, () => value));
}

/** Both in order; gives the second's value. */
export function after<B>(first: Parser<unknown>, second: Parser<B>): Parser<B> {
  return chain(first, () => second);
}

export function between<T>(open: Parser<unknown>, inner: Parser<T>, close: Parser<unknown>): Parser<T> {
  return after(open, before(inner, close));
}

/** The first alternative that succeeds, or that fails having consumed something. */
export function either<T>(...alternatives: readonly Parser<T>[]): Parser<T> {
  return (input, at) => {
    let failure = nothingAt(at);
    for (const alternative of alternatives) {
      const reply = alternative(input, at);
      if (reply.consumed) return reply;
      failure = mergeFailures(failure, reply.failure);
      if (reply.ok) return { ...reply, failure };
    }
    return { ok: false, consumed: false, failure };
  };
}

export function optional<T>(parser: Parser<T>): Parser<T | undefined> {
  return either<T | undefined>(parser, pure(undefined));
}

export function many<T>(parser: Parser<T>): Parser<T[]> {
  return (input, at) => {
    const values: T[] = [];
    let position = at;
    for (;;) {
      const reply = parser(input, position);
      if (!reply.ok) {
        if (reply.consumed) return reply;
        return { ok: true, consumed: values.length > 0, value: values, position, failure: reply.failure };
      }
      if (!reply.consumed) throw new Error('A repeated parser must consume something.');
      values.push(reply.value);
      position = reply.position;
    }
  };
}

export function many1<T>(parser: Parser<T>): Parser<T[]> {
  return chain(parser, (head) => map(many(parser), (tail) => [head, ...tail]));
}

export function separated1<T>(parser: Parser<T>, separator: Parser<unknown>): Parser<T[]> {
  return chain(parser, (head) => map(many(after(separator, parser)), (tail) => [head, ...tail]));
}

export function separated<T>(parser: Parser<T>, separator: Parser<unknown>): Parser<T[]> {
  return either<T[]>(separated1(parser, separator), pure([]));
}

/** Succeeds, consuming nothing, where the single-character parser would fail. */
export function notFollowedBy(parser: Parser<string>): Parser<undefined> {
  return (input, at) => {
    const reply = parser(input, at);
    if (!reply.ok)
      return { ok: true, consumed: false, value: undefined, position: at, failure: nothingAt(at) };
    const text = shown(reply.value, "'");
    return {
      ok: false,
      consumed: false,
      failure: { position: at, messages: [{ kind: 'unexpected', text }] },
    };
  };
}

export const endOfInput: Parser<undefined> = label(notFollowedBy(anyCharacter), 'end of input');

/** A parser that is not made before it is used: grammars refer to themselves. */
export function deferred<T>(make: () => Parser<T>): Parser<T> {
  return (input, at) => make()(input, at);
}
