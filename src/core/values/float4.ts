/** Two decimals of so many digits always name two different float4 (FLT_DIG), in the normal range. */
export const SURE_DIGITS = 6;

/** Below this a float4 is subnormal, and has fewer digits than {@link SURE_DIGITS}. */
export const LEAST_NORMAL = 1.2e-38;

/** Nine digits name every float4 (FLT_DECIMAL_DIG). */
const MOST_DIGITS = 9;

/**
 * The number whose decimal text is the shortest that names the float4 nearest to `value`; of several, the nearest one.
 * Undefined when the float4 would be infinite, or zero although `value` is not.
 */
export function shortestFloat4(value: number): number | undefined {
  const float = Math.fround(value);
  if (!Number.isFinite(float) || float === 0) return undefined;
  // Where six digits name one float4, a shorter decimal is among those of six, with zeros at its end.
  const least = Math.abs(float) > LEAST_NORMAL ? SURE_DIGITS : 1;
  for (let digits = least; digits < MOST_DIGITS; digits++) {
    const nearest = float.toExponential(digits - 1);
    const candidate = Number(nearest);
    if (Math.fround(candidate) === float) return candidate;
    // At a power of two the float below is nearer than the one above: the nearest decimal may miss where its
    // neighbour away from zero still hits.
    const neighbour = awayFromZero(nearest);
    if (Math.fround(neighbour) === float) return neighbour;
  }
  return Number(float.toPrecision(MOST_DIGITS));
}

/** The next decimal of as many digits, away from zero: '1.25e-3' gives 0.00126. */
function awayFromZero(exponential: string): number {
  const [mantissa = '', exponent = '0'] = exponential.split('e');
  const negative = mantissa.startsWith('-');
  const digits = mantissa.replace(/[-.]/g, '');
  const scale = Number(exponent) - (digits.length - 1);
  return Number(`${negative ? '-' : ''}${Number(digits) + 1}e${scale}`);
}
