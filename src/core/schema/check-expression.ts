/**
 * The two small rewrites that check expressions need. Both walk over SQL as `pg_get_expr` prints it: string constants
 * (`'it''s'`, `E'\\''`) and quoted identifiers (`"a ""b"""`) are skipped as wholes.
 */

/** A string constant, a quoted identifier, a word, a parenthesis, or any other character. */
const TOKEN =
  /[eE]'(?:[^'\\]|\\[\s\S]|'')*'|'(?:[^']|'')*'|"(?:[^"]|"")*"|[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*|[\s\S]/g;

/** A domain's check as a check of one column: VALUE becomes the column. */
export function domainCheckForColumn(expression: string, column: string): string {
  const identifier = `"${column.replaceAll('"', '""')}"`;
  return expression.replace(TOKEN, (token) => (token === 'VALUE' ? identifier : token));
}

/** The expression without the one pair of parentheses around all of it, if there is one. */
export function withoutOuterParentheses(expression: string): string {
  if (!expression.startsWith('(')) return expression;
  let depth = 0;
  for (const match of expression.matchAll(TOKEN)) {
    if (match[0] === '(') depth += 1;
    if (match[0] === ')') depth -= 1;
    if (depth === 0) {
      return match.index === expression.length - 1 ? expression.slice(1, -1) : expression;
    }
  }
  return expression;
}
