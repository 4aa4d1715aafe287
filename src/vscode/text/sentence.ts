/** Text that ends as a sentence does. */
export function withPeriod(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

/** A message of the engine as a sentence of its own: some begin in the middle of one. */
export function asSentence(text: string): string {
  return withPeriod(text.replace(/^\p{Ll}/u, (letter) => letter.toUpperCase()));
}
