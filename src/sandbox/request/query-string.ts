/** One `name=value` of a query string, decoded; without `=` there is no value. */
export interface QueryPair {
  readonly name: string;
  readonly value: string | undefined;
}

/** Splits and decodes a raw query string. `;` separates as `&` does, and `+` is a space. */
export function queryPairs(raw: string): readonly QueryPair[] {
  return raw
    .split(/[&;]/)
    .filter((part) => part !== '')
    .map((part) => {
      const at = part.indexOf('=');
      if (at < 0) return { name: decoded(part), value: undefined };
      return { name: decoded(part.slice(0, at)), value: decoded(part.slice(at + 1)) };
    });
}

/** The pairs sorted by name and encoded again: what `Content-Location` repeats. */
export function canonicalQuery(pairs: readonly QueryPair[]): string {
  return [...pairs]
    .sort((a, b) => (a.name < b.name ? -1 : Number(a.name > b.name)))
    .map(({ name, value }) => `${encoded(name)}=${encoded(value ?? '')}`)
    .join('&');
}

function decoded(text: string): string {
  const spaced = text.replaceAll('+', ' ');
  if (!spaced.includes('%')) return spaced;
  // Decoded byte by byte: a lone % stays as it is, and bytes that are no UTF-8 are replaced, not refused.
  const bytes = Buffer.from(spaced, 'utf8').toString('latin1');
  const unescaped = bytes.replaceAll(/%([0-9a-fA-F]{2})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 16)),
  );
  return Buffer.from(unescaped, 'latin1').toString('utf8');
}

function encoded(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
