/** An id that no other list of names has. */
export function nodeId(...names: readonly string[]): string {
  return names.map(encodeURIComponent).join('/');
}
