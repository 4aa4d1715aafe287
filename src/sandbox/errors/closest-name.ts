/**
 * The name that somebody who wrote another probably meant. PostgREST asks the library "fuzzyset": names that share
 * runs of three (failing that, two) letters are candidates, and of those the one with the least edits wins, if less
 * than two thirds of it had to be edited.
 */
export function closestName(written: string, names: readonly string[]): string | undefined {
  return closestNames(written, names)[0]?.name;
}

/** The candidates, the closest first, with 1 for equal names. */
export function closestNames(
  written: string,
  names: readonly string[],
): readonly { readonly name: string; readonly score: number }[] {
  const wanted = written.toLowerCase();
  const exact = names.find((name) => name.toLowerCase() === wanted);
  if (exact !== undefined) return [{ name: exact, score: 1 }];
  for (const size of [3, 2]) {
    const runs = letterRuns(wanted, size);
    const sharing = [...new Set(names)].filter((name) => {
      const others = letterRuns(name.toLowerCase(), size);
      return [...runs].some((run) => others.has(run));
    });
    const close = sharing
      .map((name) => ({ name, score: similarity(name.toLowerCase(), wanted) }))
      .filter(({ score }) => score >= LEAST_SCORE);
    if (close.length > 0) return close.sort((a, b) => b.score - a.score);
  }
  return [];
}

const LEAST_SCORE = 0.33;

function letterRuns(text: string, size: number): ReadonlySet<string> {
  const bare = `-${text.replaceAll(/[^\p{L}\p{N}, ]+/gu, '')}-`.padEnd(size, '-');
  const runs = new Set<string>();
  for (let at = 0; at + size <= bare.length; at++) runs.add(bare.slice(at, at + size));
  return runs;
}

function similarity(a: string, b: string): number {
  const longest = Math.max(a.length, b.length);
  return longest === 0 ? 1 : 1 - editDistance(a, b) / longest;
}

/** Levenshtein's distance. */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      current.push(Math.min(replaced, (previous[j] ?? 0) + 1, (current[j - 1] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[b.length] ?? 0;
}
