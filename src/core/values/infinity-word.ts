/** Postgres's words for the ends of time: `infinity` or `-infinity`, in any case; undefined for other text. */
export function infinityWord(text: string): 'infinity' | '-infinity' | undefined {
  if (text === 'infinity' || text === '-infinity') return text;
  const length = text.length;
  if (length > 20 || !/^\s*[+-]?inf/i.test(text)) return undefined;
  const word = text.trim().toLowerCase().replace(/^\+/, '');
  return word === 'infinity' || word === '-infinity' ? word : undefined;
}
