/** Exact decimal numbers as text: reading every spelling, writing the one that Postgres's numeric prints. */

/** A decimal: `digits` without leading zeros ('' is zero) times ten to the power `-scale`; `scale` may be negative. */
export interface Decimal {
  readonly negative: boolean;
  readonly digits: string;
  readonly scale: number;
}

const SPELLING = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,9}))?$/;

/** Postgres's own limits on numeric: digits before and after the point. */
const MOST_INTEGER_DIGITS = 131_072;
const MOST_FRACTION_DIGITS = 16_383;

/** Reads `12`, `-1.50`, `.5`, `5.`, `+1e-3`; undefined for anything else and for what numeric cannot hold. */
export function parseDecimal(text: string): Decimal | undefined {
  const match = SPELLING.exec(text);
  if (match === null) return undefined;
  const whole = match[2] ?? '';
  const fraction = match[3] ?? '';
  if (whole === '' && fraction === '') return undefined;
  const digits = (whole + fraction).replace(/^0+/, '');
  const scale = fraction.length - Number(match[4] ?? '0');
  if (scale > MOST_FRACTION_DIGITS || digits.length - scale > MOST_INTEGER_DIGITS) return undefined;
  return { negative: match[1] === '-', digits, scale };
}

/** As numeric prints it: scale kept, no exponent, no negative zero. */
export function printDecimal({ negative, digits, scale }: Decimal): string {
  const sign = negative && digits !== '' ? '-' : '';
  if (scale <= 0) return digits === '' ? '0' : sign + digits + '0'.repeat(-scale);
  const padded = digits.padStart(scale + 1, '0');
  return `${sign}${padded.slice(0, -scale)}.${padded.slice(-scale)}`;
}

/** The shortest decimal of the same value: no trailing fraction zeros. Zero has scale 0. */
export function trimDecimal(decimal: Decimal): Decimal {
  if (decimal.digits === '') return { negative: false, digits: '', scale: 0 };
  const digits = decimal.digits.replace(/0+$/, '');
  return { ...decimal, digits, scale: decimal.scale - (decimal.digits.length - digits.length) };
}

/** The same value with exactly `scale` digits after the point; undefined when that would cut off digits. */
export function withScale(decimal: Decimal, scale: number): Decimal | undefined {
  const trimmed = trimDecimal(decimal);
  if (trimmed.digits === '') return { ...trimmed, scale };
  if (trimmed.scale > scale) return undefined;
  return { ...trimmed, digits: trimmed.digits + '0'.repeat(scale - trimmed.scale), scale };
}

/** Rounded to `scale` digits after the point, half away from zero as numeric rounds. */
export function roundDecimal(decimal: Decimal, scale: number): Decimal {
  const exact = withScale(decimal, scale);
  if (exact !== undefined) return exact;
  const cut = decimal.scale - scale;
  const padded = decimal.digits.padStart(cut + 1, '0');
  const kept = BigInt(padded.slice(0, -cut));
  const up = padded.charCodeAt(padded.length - cut) >= 53;
  const digits = (up ? kept + 1n : kept).toString();
  return { negative: decimal.negative, digits: digits === '0' ? '' : digits, scale };
}

/** Where the first digit stands: 3 for 123.4, 0 for 0.5, -1 for 0.05. Of zero it means nothing. */
export function magnitude(decimal: Decimal): number {
  return decimal.digits.length - decimal.scale;
}
