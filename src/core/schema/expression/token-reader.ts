import { Untranslatable } from './syntax.ts';
import type { Token } from './tokens.ts';

/** Walks over tokens. Words are keywords unless they were quoted. */
export class TokenReader {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  /** The token `ahead` of the next one; undefined past the end. */
  peek(ahead = 0): Token | undefined {
    return this.#tokens[this.#at + ahead];
  }

  next(): Token {
    const token = this.peek();
    if (token === undefined) throw new Untranslatable('it is not understood');
    this.#at++;
    return token;
  }

  isSymbol(text: string, ahead = 0): boolean {
    const token = this.peek(ahead);
    return token?.kind === 'symbol' && token.text === text;
  }

  isWord(text: string, ahead = 0): boolean {
    const token = this.peek(ahead);
    return token?.kind === 'word' && token.text === text;
  }

  acceptSymbol(text: string): boolean {
    const found = this.isSymbol(text);
    if (found) this.#at++;
    return found;
  }

  /** Passes over the words if all of them come next, in order. */
  acceptWords(...words: readonly string[]): boolean {
    const found = words.every((word, index) => this.isWord(word, index));
    if (found) this.#at += words.length;
    return found;
  }

  expectSymbol(text: string): void {
    if (!this.acceptSymbol(text)) throw new Untranslatable('it is not understood');
  }

  expectWords(...words: readonly string[]): void {
    if (!this.acceptWords(...words)) throw new Untranslatable('it is not understood');
  }
}
