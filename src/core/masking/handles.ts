import { fictionalWord, token, TOKEN_LENGTH } from './fictional-words.ts';
import type { KeyedHash } from './keyed-hash.ts';
import { canonicalHandle, equalsFolded, type MaskText, type TextMaskSettings } from './text-mask.ts';
import { Draws } from './draws.ts';

/** Reserved for documentation (RFC 2606): no mail reaches anybody there. */
const EMAIL_DOMAIN = '@example.com';
const READABLE_LENGTH = 6;

/** The shortest e-mail address that can be made. */
export const SHORTEST_EMAIL = EMAIL_DOMAIN.length + 1;

/** E-mail addresses: `zvoklo.bcdfghjklmnpqrstvwxz@example.com`. */
export function emailMask(settings: TextMaskSettings): MaskText {
  return handleMask(settings, '.', EMAIL_DOMAIN);
}

/** Login names: `zvoklo_bcdfghjklmnpqrstvwxz`. */
export function usernameMask(settings: TextMaskSettings): MaskText {
  return handleMask(settings, '_', '');
}

/**
 * A readable part, a token that keeps different values different, an ending. Values that are equal but for case or
 * outer space come out equal but for case: so equality, and equality without regard to case, hold for the results
 * wherever they held for the values. Where space is short the readable part goes first.
 */
function handleMask(settings: TextMaskSettings, separator: string, ending: string): MaskText {
  const { hash, caseInsensitive } = settings;
  const draws = new Draws();
  const room = settings.maxLength - ending.length;
  const readable = Math.min(READABLE_LENGTH, room - TOKEN_LENGTH - separator.length);
  const compose = (digest: string): string => {
    draws.seed(digest);
    const word = fictionalWord(draws, READABLE_LENGTH);
    const letters = token(draws, Math.min(TOKEN_LENGTH, room));
    return readable > 0 ? word.slice(0, readable) + separator + letters + ending : letters + ending;
  };
  return (value) => {
    // Where the column itself ignores case, outer space still tells values apart.
    const canonical = caseInsensitive ? value.normalize('NFC').toLowerCase() : canonicalHandle(value);
    if (canonical.trim() === '') return value;
    let result = compose(hash(canonical));
    if (equalsFolded(result, value)) result = compose(hash(`${canonical}\0again`));
    return caseInsensitive || canonical === value ? result : respell(result, ending.length, hash, value);
  };
}

/** Puts some letters, at least one, in upper case; which ones the value decides. */
function respell(text: string, kept: number, hash: KeyedHash, value: string): string {
  const draws = new Draws().seed(hash(`${value}\0case`));
  let result = text.charAt(0).toUpperCase();
  const end = text.length - kept;
  for (let at = 1; at < end; at += 1) {
    const letter = text.charAt(at);
    result += draws.below(2) === 0 ? letter : letter.toUpperCase();
  }
  return result + text.slice(end);
}
