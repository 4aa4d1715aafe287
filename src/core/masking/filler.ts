import type { Draws } from './draws.ts';
import { fictionalWord, SAFE_TOKEN_LENGTH, token, TOKEN_LENGTH } from './fictional-words.ts';
import { shapeMask } from './shape.ts';
import { hashedTextMask, type MaskText, type TextMaskSettings } from './text-mask.ts';

const LONGEST_WORD = 9;
const SHORTEST_WORD = 2;

/**
 * Words without meaning, of the same number of characters in the same number of lines. Unique text carries a token:
 * in its place where it is long enough, else instead of it; where the column has no room for one, the text keeps its
 * shape and changes its letters and digits.
 */
export function fillerMask(settings: TextMaskSettings): MaskText {
  const { hash, unique, maxLength } = settings;
  const exact = (value: string): string =>
    settings.caseInsensitive ? value.normalize('NFC').toLowerCase() : value;
  // Padded or blank text is its length and nothing else: it stays.
  const canonical = (value: string): string => (value.trim() === '' ? '' : exact(value));
  const filler = hashedTextMask(hash, canonical, (draws, _canonical, value) => fill(draws, value));
  if (!unique) return filler;
  const letters = hashedTextMask(hash, canonical, (draws) => token(draws, Math.min(TOKEN_LENGTH, maxLength)));
  const shape = shapeMask(hash);
  return (value) => {
    if (value.trim() === '') return value;
    const length = characters(value);
    if (length > TOKEN_LENGTH + SHORTEST_WORD) {
      return `${filler(cutStart(value, length - TOKEN_LENGTH - 1))} ${letters(value)}`;
    }
    if (maxLength >= SAFE_TOKEN_LENGTH) return letters(value);
    return shape(exact(value)) ?? letters(value);
  };
}

function fill(draws: Draws, value: string): string {
  if (!value.includes('\n')) return line(draws, value);
  return value
    .split('\n')
    .map((text) => line(draws, text))
    .join('\n');
}

function line(draws: Draws, text: string): string {
  // A carriage return belongs to the end of the line.
  if (text.endsWith('\r')) return `${line(draws, text.slice(0, -1))}\r`;
  if (text.trim() === '') return text;
  let left = characters(text);
  let result = '';
  while (left > LONGEST_WORD) {
    // What remains after the word and its space is at least one short word.
    const most = Math.min(LONGEST_WORD, left - SHORTEST_WORD - 1);
    const length = SHORTEST_WORD + draws.below(most - SHORTEST_WORD + 1);
    result += `${fictionalWord(draws, length)} `;
    left -= length + 1;
  }
  return result + fictionalWord(draws, left);
}

/** Characters as Postgres counts them: code points. */
function characters(text: string): number {
  let count = text.length;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit >= 0xd800 && unit <= 0xdbff) count -= 1;
  }
  return count;
}

function cutStart(text: string, length: number): string {
  return Array.from(text).slice(0, length).join('');
}
