/** Names put into Markdown. Names are data: whatever they hold is shown and nothing of it is interpreted. */

/** Text with every character that Markdown or HTML would act on escaped; line breaks become spaces. */
export function escapeMarkdown(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/[\\`*_{}[\]()#+\-.!|~$]/g, '\\$&');
}

/** A name as inline code, with a fence longer than any run of backticks in it. */
export function inlineCode(name: string): string {
  const text = name.replace(/[\r\n]+/g, ' ');
  const longest = Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  const padding = longest > 0 || /^\s|\s$/.test(text) || text === '' ? ' ' : '';
  return `${fence}${padding}${text}${padding}${fence}`;
}

/** Inline code inside a table's cell, where a bar would end the cell even within the code. */
export function cellCode(name: string): string {
  return inlineCode(name).replace(/\|/g, '\\|');
}
