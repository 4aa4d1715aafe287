import { untranslatable } from './value.ts';

/**
 * A LIKE pattern as a GLOB pattern. SQLite's LIKE folds ASCII letters by default, Postgres's never; GLOB folds none.
 * The escape character is the backslash.
 */
export function globOf(like: string): string {
  let glob = '';
  for (let index = 0; index < like.length; index++) {
    const character = like.charAt(index);
    if (character === '%') {
      glob += '*';
    } else if (character === '_') {
      glob += '?';
    } else if (character === '\\') {
      if (++index >= like.length) untranslatable('its LIKE pattern ends in a backslash');
      glob += literally(like.charAt(index));
    } else {
      glob += literally(character);
    }
  }
  return glob;
}

function literally(character: string): string {
  return '*?['.includes(character) ? `[${character}]` : character;
}

/** Whether ILIKE matches with the pattern exactly when LIKE does. */
export function isCaseless(pattern: string): boolean {
  return pattern.toLowerCase() === pattern.toUpperCase();
}
