import { domainKey, type MaskingKey } from './masking-key.ts';

/** 64 bits of a text, as two numbers. The object is reused: read it before the next call. */
export interface Fingerprint {
  high: number;
  low: number;
}

/**
 * A fast keyed fingerprint for sets in memory: two lanes of MurmurHash3's mixing (Austin Appleby) with secret seeds. It
 * is never written anywhere; what is written down or leaves the process uses HMAC.
 */
export function fingerprinter(key: MaskingKey): (text: string) => Fingerprint {
  const secret = domainKey(key, 'leak-check');
  const seeds = new DataView(secret.buffer, secret.byteOffset, secret.byteLength);
  const first = seeds.getInt32(0);
  const second = seeds.getInt32(4);
  const found: Fingerprint = { high: 0, low: 0 };
  return (text) => {
    let a = first ^ text.length;
    let b = second ^ text.length;
    for (let at = 0; at < text.length; at += 1) {
      const unit = text.charCodeAt(at);
      a = Math.imul(a ^ unit, 0xcc9e2d51);
      a = (a << 13) | (a >>> 19);
      b = Math.imul(b ^ unit, 0x1b873593);
      b = (b << 15) | (b >>> 17);
    }
    found.high = finish(a ^ b);
    found.low = finish(b + Math.imul(a, 5));
    return found;
  };
}

function finish(bits: number): number {
  let mixed = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

const FIRST_CAPACITY = 1024;

/** A set of fingerprints, 16 bytes each, that grows up to a limit and then takes no more. */
export class FingerprintSet {
  readonly #limit: number;
  #slots = new Uint32Array(FIRST_CAPACITY * 2);
  #size = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get size(): number {
    return this.#size;
  }

  /** False when the set is full and does not hold it. */
  add({ high, low }: Fingerprint): boolean {
    if (this.has({ high, low })) return true;
    if (this.#size >= this.#limit) return false;
    if (this.#size * 4 >= this.#slots.length) this.#grow();
    insert(this.#slots, high, low);
    this.#size += 1;
    return true;
  }

  has({ high, low }: Fingerprint): boolean {
    const slots = this.#slots;
    const mask = slots.length / 2 - 1;
    for (let slot = low & mask; ; slot = (slot + 1) & mask) {
      const there = slots[slot * 2] ?? 0;
      const lower = slots[slot * 2 + 1] ?? 0;
      if (there === 0 && lower === 0) return false;
      if (there === high && lower === low) return true;
    }
  }

  #grow(): void {
    const before = this.#slots;
    this.#slots = new Uint32Array(before.length * 2);
    for (let at = 0; at < before.length; at += 2) {
      const high = before[at] ?? 0;
      const low = before[at + 1] ?? 0;
      if (high !== 0 || low !== 0) insert(this.#slots, high, low);
    }
  }
}

function insert(slots: Uint32Array, high: number, low: number): void {
  const mask = slots.length / 2 - 1;
  let slot = low & mask;
  while (slots[slot * 2] !== 0 || slots[slot * 2 + 1] !== 0) slot = (slot + 1) & mask;
  slots[slot * 2] = high;
  slots[slot * 2 + 1] = low;
}

const REGISTERS = 1024;
/** The correction for many registers (Flajolet et al., "HyperLogLog", 2007). */
const ALPHA = 0.7213 / (1 + 1.079 / REGISTERS);

/** Estimates how many different values there were, with a standard error of 3 %, in a kilobyte. */
export class DistinctCount {
  readonly #registers = new Uint8Array(REGISTERS);

  add({ high, low }: Fingerprint): void {
    const register = high & (REGISTERS - 1);
    const rank = Math.clz32(low) + 1;
    if (rank > (this.#registers[register] ?? 0)) this.#registers[register] = rank;
  }

  estimate(): number {
    let sum = 0;
    let empty = 0;
    for (const rank of this.#registers) {
      sum += 2 ** -rank;
      if (rank === 0) empty += 1;
    }
    const raw = (ALPHA * REGISTERS * REGISTERS) / sum;
    const few = raw <= 2.5 * REGISTERS && empty > 0;
    return Math.round(few ? REGISTERS * Math.log(REGISTERS / empty) : raw);
  }
}
