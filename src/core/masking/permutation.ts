import type { KeyedHash } from './keyed-hash.ts';

/** Maps 0 .. size-1 onto itself, one to one, leaving nothing where it was. `tweak` chooses among permutations. */
export type Permutation = (value: bigint, size: bigint, tweak: string) => bigint;

/** Luby and Rackoff prove four rounds for large halves; small ones, as here, take eight (NIST SP 800-38G has 8 and 10). */
const ROUNDS = 8;

/**
 * A keyed permutation without fixed points. P is a Feistel network over pairs (left below a, right below b) with
 * a * b just above `size`, walked until the result is in range (Black and Rogaway, "Ciphers with arbitrary finite
 * domains", 2002). The result is P⁻¹(P(x) + 1): as unpredictable as P, and never x.
 */
export function keyedPermutation(hash: KeyedHash): Permutation {
  // Values of one shape mostly follow one another.
  let last = { size: 0n, a: 0n, b: 0n };
  return (value, size, tweak) => {
    if (size < 2n) return value;
    if (last.size !== size) {
      const root = ceilSqrt(size);
      last = { size, a: root, b: (size + root - 1n) / root };
    }
    const { a, b } = last;
    const label = `${tweak}\0${size.toString(36)}\0`;
    const there = (start: bigint): bigint => {
      let at = start;
      do at = forward(hash, label, at, a, b);
      while (at >= size);
      return at;
    };
    const back = (start: bigint): bigint => {
      let at = start;
      do at = backward(hash, label, at, a, b);
      while (at >= size);
      return at;
    };
    return back((there(value) + 1n) % size);
  };
}

function forward(hash: KeyedHash, label: string, value: bigint, a: bigint, b: bigint): bigint {
  let left = value / b;
  let right = value % b;
  for (let round = 0; round < ROUNDS; round += 1) {
    if (round % 2 === 0) left = (left + roundValue(hash, label, round, right)) % a;
    else right = (right + roundValue(hash, label, round, left)) % b;
  }
  return left * b + right;
}

function backward(hash: KeyedHash, label: string, value: bigint, a: bigint, b: bigint): bigint {
  let left = value / b;
  let right = value % b;
  for (let round = ROUNDS - 1; round >= 0; round -= 1) {
    if (round % 2 === 0) left = modulo(left - roundValue(hash, label, round, right), a);
    else right = modulo(right - roundValue(hash, label, round, left), b);
  }
  return left * b + right;
}

/** 256 bits for halves of at most 128: no remainder is noticeably likelier than another. */
function roundValue(hash: KeyedHash, label: string, round: number, half: bigint): bigint {
  const digest = hash(`${label}${round}\0${half.toString(36)}`);
  let bits = 0n;
  for (let at = 0; at < digest.length; at += 4) bits = (bits << 32n) | BigInt(wordAt(digest, at));
  return bits;
}

function wordAt(digest: string, at: number): number {
  return (
    ((digest.charCodeAt(at) << 24) |
      (digest.charCodeAt(at + 1) << 16) |
      (digest.charCodeAt(at + 2) << 8) |
      digest.charCodeAt(at + 3)) >>>
    0
  );
}

function modulo(value: bigint, by: bigint): bigint {
  const rest = value % by;
  return rest < 0n ? rest + by : rest;
}

/** The least whole number whose square is not below `value`, by Newton's method. */
function ceilSqrt(value: bigint): bigint {
  let root = 1n << BigInt(Math.ceil(value.toString(2).length / 2));
  for (;;) {
    const next = (root + value / root) / 2n;
    if (next >= root) break;
    root = next;
  }
  return root * root < value ? root + 1n : root;
}
