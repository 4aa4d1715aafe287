import { NAME_PHRASES, SUBJECTS, type NameClass, type Phrase } from './name-dictionary.ts';
import { nameTokens } from './name-tokens.ts';

/** What a name says, and the words in it that say so. */
export interface NameVerdict {
  readonly class: NameClass;
  readonly phrase: string;
  /** Where the phrase stands, where that is not the name itself. */
  readonly in?: 'comment' | 'domain';
  /** Whether the name ends with the phrase: `phone`, `home_phone_number`, but not `phone_count`. */
  readonly ends: boolean;
}

/** The reason that a verdict gives, for people: `its name says "phone"`. */
export function saying({ phrase, in: place }: NameVerdict): string {
  return `its ${place ?? 'name'} says "${phrase}"`;
}

/** Words after a phrase that leave its meaning. */
const NEUTRAL_ENDINGS: ReadonlySet<string> = new Set(
  'number no nr num nummer numero raw value home work private business primary secondary main e encrypted'.split(
    ' ',
  ),
);

/** Shorter words are too often parts of others. */
const LEAST_AFFIX = 5;

/** Classes whose words count as the start of a longer word: `telefonnummer`, not `statement`. */
const NO_PREFIX: ReadonlySet<NameClass> = new Set(['state', 'name', 'secret', 'free-text', 'age', 'safe']);

interface Match {
  readonly phrase: Phrase;
  /** Tokens before `end` are taken; the later, the nearer to the head of an English or German name. */
  readonly end: number;
  readonly length: number;
}

/**
 * What a column's name says about its values. `context` is the name of its table, or of the JSON member around it:
 * `name` in `customers` is a person's, in `products` nobody's. Undefined when the name says nothing.
 */
export function classifyName(name: string, context: string | undefined): NameVerdict | undefined {
  const tokens = nameTokens(name);
  let best: Match | undefined;
  for (const [start, token] of tokens.entries()) {
    for (const match of matchesAt(tokens, start, token)) {
      if (!best || match.end > best.end || (match.end === best.end && match.length > best.length))
        best = match;
    }
  }
  if (!best) return compoundName(tokens);
  const { phrase, end } = best;
  const words = phrase.tokens.join(' ');
  const ends = tokens.slice(end).every((token) => NEUTRAL_ENDINGS.has(token));
  if (phrase.class !== 'name') return { class: phrase.class, phrase: words, ends };
  const others = tokens.filter((_, index) => index < end - phrase.tokens.length || index >= end);
  return { class: whoseName(others, context), phrase: words, ends };
}

const BY_FIRST_WORD = new Map<string, Phrase[]>();
for (const phrase of NAME_PHRASES) {
  const [first = ''] = phrase.tokens;
  const known = BY_FIRST_WORD.get(first);
  if (known) known.push(phrase);
  else BY_FIRST_WORD.set(first, [phrase]);
}

/** Phrases that begin at a word, and those that the word alone holds, joined or as a part. */
function matchesAt(tokens: readonly string[], start: number, token: string): Match[] {
  const spelledOut = (BY_FIRST_WORD.get(token) ?? []).filter((phrase) =>
    phrase.tokens.every((word, offset) => tokens[start + offset] === word),
  );
  return [
    ...spelledOut.map((phrase) => ({
      phrase,
      end: start + phrase.tokens.length,
      length: phrase.joined.length,
    })),
    ...inOneWord(token).map(({ phrase, length }) => ({ phrase, end: start + 1, length })),
  ];
}

/** The same words come again and again. */
const MOST_REMEMBERED_WORDS = 4096;
const remembered = new Map<string, readonly Omit<Match, 'end'>[]>();

/** Phrases in one word: `firstname`, `useremail`, `telefonnummer`. Parts of a word count a little less than the whole. */
function inOneWord(token: string): readonly Omit<Match, 'end'>[] {
  const known = remembered.get(token);
  if (known) return known;
  const matches: Omit<Match, 'end'>[] = [];
  for (const phrase of NAME_PHRASES) {
    const { joined } = phrase;
    if (token === joined) matches.push({ phrase, length: joined.length });
    else if (joined.length < LEAST_AFFIX || phrase.class === 'safe') continue;
    else if (token.endsWith(joined)) matches.push({ phrase, length: joined.length - 0.25 });
    else if (!NO_PREFIX.has(phrase.class) && token.startsWith(joined)) {
      matches.push({ phrase, length: joined.length - 0.5 });
    }
  }
  if (remembered.size >= MOST_REMEMBERED_WORDS) remembered.clear();
  remembered.set(token, matches);
  return matches;
}

/** `Kundenname`, `Firmenname`: the first part of the compound says whose. */
function compoundName(tokens: readonly string[]): NameVerdict | undefined {
  const compound = tokens.findLast((token) => token.length > 'name'.length && token.endsWith('name'));
  if (compound === undefined) return undefined;
  return { class: whoseName([compound.slice(0, -'name'.length)], undefined), phrase: compound, ends: true };
}

function whoseName(others: readonly string[], context: string | undefined): NameClass {
  const own = others.map(subjectOf).filter((subject) => subject !== undefined);
  if (others.length > 0) return own.at(-1) ?? 'free-text';
  // The last word of a table's name is its head: `club_members` are members.
  const head = nameTokens(context ?? '').at(-1);
  return (head === undefined ? undefined : subjectOf(head)) ?? 'free-text';
}

function subjectOf(word: string): NameClass | undefined {
  if (SUBJECTS.company.has(word)) return 'company';
  if (SUBJECTS.place.has(word)) return 'city';
  if (SUBJECTS.street.has(word)) return 'street-address';
  if (SUBJECTS.file.has(word)) return 'url';
  return SUBJECTS.person.has(word) ? 'full-name' : undefined;
}

/** Whether a table's name says that its rows are people. */
export function isAboutPeople(table: string): boolean {
  return SUBJECTS.person.has(nameTokens(table).at(-1) ?? '');
}
