import type { TypeName } from './syntax.ts';
import { Untranslatable } from './syntax.ts';
import type { TokenReader } from './token-reader.ts';

/** Second words of the types whose names have two. */
const SECOND_WORDS: Readonly<Record<string, string>> = {
  double: 'precision',
  character: 'varying',
  bit: 'varying',
};

/** Reads a type's name after `::`, such as `timestamp(3) with time zone` or `public."My Enum"[]`. */
export function parseTypeName(reader: TokenReader): TypeName {
  const first = nameOf(reader);
  const qualified = reader.acceptSymbol('.') ? nameOf(reader) : undefined;
  let name = qualified ?? first;
  const second = SECOND_WORDS[name];
  if (second !== undefined && reader.acceptWords(second)) name += ` ${second}`;
  const modifiers = parseModifiers(reader);
  if (name === 'timestamp' || name === 'time') {
    const zone = ['with', 'without'].find((word) => reader.acceptWords(word, 'time', 'zone'));
    if (zone !== undefined) name += ` ${zone} time zone`;
  }
  let isArray = false;
  while (reader.acceptSymbol('[')) {
    reader.expectSymbol(']');
    isArray = true;
  }
  return { ...(qualified === undefined ? {} : { schema: first }), name, modifiers, isArray };
}

function nameOf(reader: TokenReader): string {
  const token = reader.next();
  if (token.kind !== 'word' && token.kind !== 'quoted') throw new Untranslatable('it is not understood');
  return token.text;
}

function parseModifiers(reader: TokenReader): readonly number[] {
  if (!reader.acceptSymbol('(')) return [];
  const modifiers: number[] = [];
  do {
    const sign = reader.acceptSymbol('-') ? -1 : 1;
    const token = reader.next();
    if (token.kind !== 'number') throw new Untranslatable('it is not understood');
    modifiers.push(sign * Number(token.text));
  } while (reader.acceptSymbol(','));
  reader.expectSymbol(')');
  return modifiers;
}
