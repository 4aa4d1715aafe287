/**
 * `node scripts/l10n-bundle.ts` writes `l10n/bundle.l10n.json`: every text that the editor's code can show, for
 * translators. A unit test fails when it is not up to date.
 */
import { globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

const root = join(import.meta.dirname, '..');

export const bundlePath = join(root, 'l10n', 'bundle.l10n.json');

/** The bundle as it should be: each text, sorted, standing for itself. Throws on a text that is no literal. */
export function l10nBundle(): string {
  const files = globSync('src/**/*.ts', { cwd: root }).map((path) => join(root, path));
  const texts = [...new Set(files.flatMap(textsOf))].sort();
  return `${JSON.stringify(Object.fromEntries(texts.map((text) => [text, text])), undefined, 2)}\n`;
}

/** The first argument of every `t(...)` of @vscode/l10n and every `vscode.l10n.t(...)`. */
function textsOf(path: string): readonly string[] {
  const source = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true);
  const imported = /import \{[^}]*\bt\b[^}]*\} from '@vscode\/l10n'/.test(source.text);
  const texts: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && isTranslation(node.expression, imported)) {
      const [text] = node.arguments;
      if (text === undefined || !ts.isStringLiteralLike(text)) {
        throw new Error(`${path}: "${node.getText()}" does not translate a literal`);
      }
      texts.push(text.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return texts;
}

function isTranslation(callee: ts.Expression, imported: boolean): boolean {
  return callee.getText() === 'vscode.l10n.t' || (imported && callee.getText() === 't');
}

if (process.argv[1] === import.meta.filename) {
  mkdirSync(join(root, 'l10n'), { recursive: true });
  writeFileSync(bundlePath, l10nBundle());
}
