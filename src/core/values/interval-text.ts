/** Postgres's interval: three numbers that do not convert into one another. */
export interface Interval {
  readonly months: bigint;
  readonly days: bigint;
  readonly microseconds: bigint;
}

const CLOCK = /^([+-]?)(\d+):(\d\d)(?::(\d\d)(?:\.(\d{1,6}))?)?$/;
const COUNT = /^([+-]?)(\d+)(?:\.(\d{1,6}))?$/;
const ISO =
  /^(-?)P(?:([+-]?\d+)Y)?(?:([+-]?\d+)M)?(?:([+-]?\d+)W)?(?:([+-]?\d+)D)?(?:T(?=[-+\d])(?:([+-]?\d+)H)?(?:([+-]?\d+)M)?(?:([+-]?\d+(?:\.\d{1,6})?)S)?)?$/;

type Field = 'months' | 'days' | 'microseconds';

/** What each unit counts in, and whether it may have a fraction (of a second and its like only, which is exact). */
const UNITS: Readonly<Record<string, { readonly field: Field; readonly factor: bigint }>> = {
  year: { field: 'months', factor: 12n },
  mon: { field: 'months', factor: 1n },
  week: { field: 'days', factor: 7n },
  day: { field: 'days', factor: 1n },
  hour: { field: 'microseconds', factor: 3_600_000_000n },
  min: { field: 'microseconds', factor: 60_000_000n },
  sec: { field: 'microseconds', factor: 1_000_000n },
};

const ALIASES: Readonly<Record<string, string>> = {
  y: 'year',
  yr: 'year',
  yrs: 'year',
  years: 'year',
  month: 'mon',
  months: 'mon',
  mons: 'mon',
  w: 'week',
  weeks: 'week',
  d: 'day',
  days: 'day',
  h: 'hour',
  hr: 'hour',
  hrs: 'hour',
  hours: 'hour',
  m: 'min',
  mins: 'min',
  minute: 'min',
  minutes: 'min',
  s: 'sec',
  secs: 'sec',
  second: 'sec',
  seconds: 'sec',
};

/** A count of a unit in the unit's field; undefined when its fraction is not exact there. */
function counted(sign: string, whole: string, fraction: string, unit: string): Partial<Interval> | undefined {
  const known = UNITS[Object.hasOwn(ALIASES, unit) ? (ALIASES[unit] ?? '') : unit];
  if (known === undefined) return undefined;
  if (fraction !== '' && known.field !== 'microseconds') return undefined;
  const millionths = BigInt(whole + fraction.padEnd(6, '0')) * known.factor;
  const amount = millionths / 1_000_000n;
  return { [known.field]: sign === '-' ? -amount : amount };
}

function sum(parts: readonly Partial<Interval>[]): Interval {
  const total = { months: 0n, days: 0n, microseconds: 0n };
  for (const part of parts) {
    total.months += part.months ?? 0n;
    total.days += part.days ?? 0n;
    total.microseconds += part.microseconds ?? 0n;
  }
  return total;
}

function parseClock(text: string): Partial<Interval> | undefined {
  const match = CLOCK.exec(text);
  if (match === null) return undefined;
  const seconds = (BigInt(match[2] ?? '0') * 60n + BigInt(match[3] ?? '0')) * 60n + BigInt(match[4] ?? '0');
  const amount = seconds * 1_000_000n + BigInt((match[5] ?? '').padEnd(6, '0'));
  return { microseconds: match[1] === '-' ? -amount : amount };
}

function parseIso(text: string): Interval | undefined {
  const match = ISO.exec(text);
  if (match === null || match.slice(2).every((part: string | undefined) => part === undefined))
    return undefined;
  const parts: Partial<Interval>[] = [];
  for (const [index, unit] of ['year', 'mon', 'week', 'day', 'hour', 'min', 'sec'].entries()) {
    const count = match[index + 2];
    const spelled = count === undefined ? null : COUNT.exec(count);
    if (spelled === null) continue;
    const part = counted(spelled[1] ?? '', spelled[2] ?? '', spelled[3] ?? '', unit);
    if (part === undefined) return undefined;
    parts.push(part);
  }
  const total = sum(parts);
  if (match[1] !== '-') return total;
  return { months: -total.months, days: -total.days, microseconds: -total.microseconds };
}

/**
 * Reads Postgres's own style (`1 year 2 mons -3 days 04:05:06.7`), its words with numbers (`90 minutes`, `2 hours ago`)
 * and ISO 8601 (`P1Y2M3DT4H5M6S`). Fractions count only in hours and smaller. Undefined when the text is none of them.
 */
export function parseInterval(text: string): Interval | undefined {
  const trimmed = text.trim();
  if (/^-?P/.test(trimmed)) return parseIso(trimmed);
  const words = trimmed.toLowerCase().replace(/^@ */, '').split(/\s+/);
  const isAgo = words.at(-1) === 'ago';
  if (isAgo) words.pop();
  if (words.length === 0 || words[0] === '') return undefined;
  const parts: Partial<Interval>[] = [];
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? '';
    const clock = parseClock(word);
    const count = clock === undefined ? COUNT.exec(word) : null;
    const part =
      clock ?? (count && counted(count[1] ?? '', count[2] ?? '', count[3] ?? '', words[++index] ?? ''));
    if (part === undefined || part === null) return undefined;
    parts.push(part);
  }
  const total = sum(parts);
  if (!isAgo) return total;
  return { months: -total.months, days: -total.days, microseconds: -total.microseconds };
}

/** As `intervalstyle = postgres` prints it (EncodeInterval in Postgres's datetime.c). */
export function printInterval({ months, days, microseconds }: Interval): string {
  const counts = [
    { value: months / 12n, unit: 'year' },
    { value: months % 12n, unit: 'mon' },
    { value: days, unit: 'day' },
  ].filter(({ value }) => value !== 0n);
  // A positive part after a negative one carries its sign.
  const plusAt = (index: number) => ((counts[index - 1]?.value ?? 0n) < 0n ? '+' : '');
  const parts = counts.map(
    ({ value, unit }, index) =>
      `${value > 0n ? plusAt(index) : ''}${value} ${unit}${value === 1n ? '' : 's'}`,
  );
  if (microseconds !== 0n || parts.length === 0) {
    parts.push((microseconds < 0n ? '-' : plusAt(counts.length)) + printClock(microseconds));
  }
  return parts.join(' ');
}

/** Hours, minutes, seconds without a sign; the fraction without trailing zeros. */
function printClock(microseconds: bigint): string {
  const size = microseconds < 0n ? -microseconds : microseconds;
  const fraction = String(size % 1_000_000n)
    .padStart(6, '0')
    .replace(/0+$/, '');
  const clock = [size / 3_600_000_000n, (size / 60_000_000n) % 60n, (size / 1_000_000n) % 60n]
    .map((value) => String(value).padStart(2, '0'))
    .join(':');
  return fraction === '' ? clock : `${clock}.${fraction}`;
}
