/**
 * Pseudo-random numbers drawn from a digest: sfc32 (Chris Doty-Humphrey, PractRand) seeded with 128 of its bits. It only
 * stretches a secret digest into as many choices as a value needs; it is not what keeps the value secret.
 */
export class Draws {
  #a = 0;
  #b = 0;
  #c = 0;
  #counter = 1;

  /** Starts over. `digest` holds at least 16 characters of one byte each. */
  seed(digest: string): this {
    this.#a = word(digest, 0);
    this.#b = word(digest, 4);
    this.#c = word(digest, 8);
    this.#counter = word(digest, 12);
    for (let round = 0; round < 12; round += 1) this.bits();
    return this;
  }

  /** The next 32 bits, as an unsigned number. */
  bits(): number {
    const sum = (((this.#a + this.#b) | 0) + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }

  /** The next whole number from 0 to `count` - 1; `count` is at most 2^32. */
  below(count: number): number {
    return Math.floor((this.bits() * count) / 0x1_0000_0000);
  }

  /** One of `choices`, which is not empty. */
  pick<T>(choices: readonly [T, ...T[]] | readonly T[]): T {
    // The index is in range, since below() is.
    return choices[this.below(choices.length)] as T;
  }

  /** A number from -1 to 1. */
  signed(): number {
    return this.bits() / 0x8000_0000 - 1;
  }
}

function word(digest: string, at: number): number {
  return (
    digest.charCodeAt(at) |
    (digest.charCodeAt(at + 1) << 8) |
    (digest.charCodeAt(at + 2) << 16) |
    (digest.charCodeAt(at + 3) << 24)
  );
}
