import type { Random } from './random.ts';

/** A piece of SQL that is one value. */
export type Literal = string;

export const NULL: Literal = 'NULL';

/** A string as a standard literal: only the quote needs doubling; backslashes and newlines stand for themselves. */
export function text(value: string | null): Literal {
  return value === null ? NULL : `'${value.replaceAll("'", "''")}'`;
}

export function number(value: number | bigint | null): Literal {
  return value === null ? NULL : String(value);
}

export function boolean(value: boolean): Literal {
  return value ? 'true' : 'false';
}

export function json(value: unknown): Literal {
  return text(JSON.stringify(value));
}

export function textArray(elements: readonly (string | null)[]): Literal {
  return `ARRAY[${elements.map(text).join(', ')}]::text[]`;
}

export function bytes(hexadecimal: string): Literal {
  return `'\\x${hexadecimal}'`;
}

/** An instant in whole microseconds since 1970, as a timestamptz literal in UTC. */
export function timestamptz(microseconds: bigint): Literal {
  const seconds = new Date(Number(microseconds / 1_000_000n) * 1000).toISOString();
  const fraction = String(microseconds % 1_000_000n).padStart(6, '0');
  return `'${seconds.slice(0, 10)} ${seconds.slice(11, 19)}.${fraction}+00'`;
}

const SECONDS_2019 = Date.UTC(2019, 0, 1) / 1000;
const SECONDS_2025_06 = Date.UTC(2025, 5, 1) / 1000;

/** An instant between 2019 and June 2025 with microseconds, which a JavaScript Date cannot hold. */
export function instant(random: Random): bigint {
  const seconds = SECONDS_2019 + random.below(SECONDS_2025_06 - SECONDS_2019);
  return BigInt(seconds) * 1_000_000n + BigInt(random.below(1_000_000));
}

/** An instant at most `days` later. */
export function later(random: Random, from: bigint, days: number): bigint {
  return from + BigInt(random.below(days * 86_400)) * 1_000_000n + BigInt(random.below(1_000_000));
}

/** A calendar date in one year, `YYYY-MM-DD`. */
export function dateIn(random: Random, year: number): string {
  return new Date(Date.UTC(year, 0, 1 + random.below(365))).toISOString().slice(0, 10);
}
