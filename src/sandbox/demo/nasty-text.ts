import type { Random } from './random.ts';

/** Texts that break careless quoting, splitting, trimming, escaping or drawing. All of them are legal in Postgres. */
export const NASTY_TEXTS: readonly [string, ...string[]] = [
  `He said "no"; it's 'fine' -- really /* not */ $$ done $$; DROP TABLE users;`,
  'Allergic to 🥜 and 🐝 👩‍👩‍👧‍👦 🏴󠁧󠁢󠁳󠁣󠁴󠁿 🇨🇭 \u{10FFFD}',
  'tab\there\r\nnew\nlines\\n, C:\\new\\table \\N \\. \\x41 and a final backslash \\',
  '‏يحب التخييم‎ (camping) ‮reversed‬ עברית',
  '',
  '  spaces at both ends \u00A0',
  'NULL',
  'decomposed e\u0301 against composed é, zero\u200Bwidth, soft\u00ADhyphen, \uFEFFmark',
  '=1+1, "quoted, comma"\n"second ""line""";',
  "<script>alert('x')</script> &amp; %s %d {0} ${name} #{x} 100%_",
  'control \u0001\u0007\u001B[31m\u007F',
  '{"looks":"like JSON"',
  '0012e5',
  'ﬃ ǅ ẞ İ ı ﷺ 𝒳 Å Å',
];

const WORDS: readonly [string, ...string[]] = [
  'rope',
  'camp',
  'tent',
  'fire',
  'map',
  'hike',
  'badge',
  'patrol',
  'Wald',
  'sentier',
  'nœud',
  '焚き火',
];

/** Some 20,000 characters, for what truncates or fits text into a line. */
export function longText(random: Random): string {
  const words: string[] = [];
  for (let length = 0; length < 20_000;) {
    const word = random.pick(WORDS);
    words.push(word);
    length += word.length + 1;
  }
  return words.join(' ');
}

/** The nasty text for a row's number, each in its turn. */
export function nastyText(index: number): string {
  return NASTY_TEXTS[index % NASTY_TEXTS.length] ?? NASTY_TEXTS[0];
}
