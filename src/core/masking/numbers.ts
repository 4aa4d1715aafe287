import { Draws } from './draws.ts';
import type { KeyedHash } from './keyed-hash.ts';
import type { MaskOptions } from './transformers.ts';
import { numberShape, shapeMask } from './shape.ts';
import { parseDecimal, printDecimal } from '../values/decimal-text.ts';

const DEFAULT_RATIO = 0.1;

/** The part of noise that a value gets: its ratio and its amount, both from -1 to 1 times their largest. */
interface Noise {
  readonly ratio: number;
  readonly amount: number;
}

function noiseOf(hash: KeyedHash, options: MaskOptions): (value: string) => Noise {
  const draws = new Draws();
  const ratio = options.ratio ?? (options.amount === undefined ? DEFAULT_RATIO : 0);
  return (value) => {
    draws.seed(hash(value));
    return { ratio: draws.signed() * ratio, amount: draws.signed() * (options.amount ?? 0) };
  };
}

/**
 * Floating-point numbers. `bits` is the precision of the column. The sign stays; so do the infinities, and 0 where there
 * is no amount.
 */
export function floatNoise(hash: KeyedHash, options: MaskOptions, bits: 32 | 64): (value: number) => number {
  const noise = noiseOf(hash, options);
  const limit = options.limit ?? Number.MAX_VALUE;
  const round = bits === 32 ? Math.fround : (value: number): number => value;
  return (value) => {
    if (!Number.isFinite(value)) return value;
    const { ratio, amount } = noise(String(value));
    // Too small a change would be rounded away.
    const least = Math.abs(value) * 2 ** -20;
    const drawn = value * ratio + amount;
    const change = Math.abs(drawn) < least ? least : drawn;
    const fits = (candidate: number): boolean => candidate * value >= 0 && Math.abs(candidate) <= limit;
    return [round(value + change), round(value - change)].find(fits) ?? 0;
  };
}

/** numeric and integers as Postgres prints them: exact, with the same sign and scale. Anything but a decimal stays. */
export function decimalNoise(
  hash: KeyedHash,
  options: MaskOptions,
  accepts: (candidate: string) => boolean,
): (value: string) => string {
  const noise = noiseOf(hash, options);
  return (value) => {
    const decimal = parseDecimal(value);
    if (decimal === undefined) return value;
    const scale = Math.max(0, decimal.scale);
    const unscaled = BigInt(printDecimal(decimal).replace('.', ''));
    const { ratio, amount } = noise(value);
    const one = 10n ** BigInt(scale);
    const drawn = (unscaled * billionths(ratio) + one * billionths(amount)) / billionths(1);
    // Small numbers would round to themselves: they move by one in their last place.
    const change = drawn === 0n && unscaled !== 0n ? 1n : drawn;
    const limit = options.limit === undefined ? undefined : BigInt(Math.floor(options.limit)) * one;
    const fits = (candidate: bigint): boolean =>
      candidate * unscaled >= 0n && (limit === undefined || (candidate <= limit && candidate >= -limit));
    const candidates = [unscaled + change, unscaled - change, 0n].filter(fits);
    return candidates.map((candidate) => printUnscaled(candidate, scale)).find(accepts) ?? value;
  };
}

function billionths(part: number): bigint {
  return BigInt(Math.round(part * 1_000_000_000));
}

function printUnscaled(unscaled: bigint, scale: number): string {
  const negative = unscaled < 0n;
  return printDecimal({ negative, digits: (negative ? -unscaled : unscaled).toString(), scale });
}

/**
 * Whole and decimal numbers that stand for something: telephone and identity numbers, keys. As many digits, the same
 * sign and scale; different numbers stay different.
 */
export function numberKey(
  hash: KeyedHash,
  accepts: (candidate: string) => boolean,
): (value: string) => string {
  const mask = shapeMask(hash, numberShape);
  return (value) => (/\d/.test(value) ? (mask(value, accepts) ?? value) : value);
}
