/** Names shown where VS Code would act on part of them. */

/** A name for a label that renders icons: `$(trash)` stays text. */
export function plainLabel(text: string): string {
  return text.replaceAll('$(', '\\$(');
}

/** A name for a notification, which would make a link of `[text](address)`. */
export function plainMessage(text: string): string {
  return text.replaceAll('](', '] (');
}
