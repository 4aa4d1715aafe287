/**
 * The little that the editor itself reads of and writes to `syncline.json`, tolerant of a file that is half typed.
 * Validation is the engine's: its schema library stays out of the extension host.
 */
import { applyEdits, createScanner, findNodeAtLocation, getNodeValue, modify, parseTree } from 'jsonc-parser';

export const WORKSPACE_FILE = 'syncline.json';

export interface TargetEntry {
  readonly name: string;
  readonly supabaseUrl?: string;
}

/** The targets in the order of the file. Whatever is not as it should be is left out. */
export function readTargets(text: string): readonly TargetEntry[] {
  const root = parseTree(text, [], { allowTrailingComma: true });
  const targets = root === undefined ? undefined : findNodeAtLocation(root, ['targets']);
  if (targets?.type !== 'object') return [];
  return (targets.children ?? []).flatMap(({ children }) => {
    const [key, value] = children ?? [];
    if (key === undefined || value?.type !== 'object') return [];
    const url = findNodeAtLocation(value, ['supabaseUrl']);
    const supabaseUrl: unknown = url === undefined ? undefined : getNodeValue(url);
    const name = String(getNodeValue(key));
    return [typeof supabaseUrl === 'string' ? { name, supabaseUrl } : { name }];
  });
}

export interface NewTarget {
  readonly name: string;
  /** Absent for a target that is reached by connection string alone: that is a secret, and never in the file. */
  readonly supabaseUrl?: string;
}

/** A first workspace file. */
export function newWorkspaceFile(target: NewTarget, localPath: string): string {
  const entry =
    target.supabaseUrl === undefined
      ? { protected: true }
      : { supabaseUrl: target.supabaseUrl, protected: true };
  return [
    '{',
    '  // The local database that Syncline fills. Keep it out of version control.',
    `  "local": { "path": ${JSON.stringify(localPath)} },`,
    '  // Where production is. Keys are kept in the editor’s secret storage, never here.',
    '  "targets": {',
    `    ${JSON.stringify(target.name)}: ${spaced(entry)}`,
    '  },',
    '  // Text columns that no rule and no detection knows are masked.',
    '  "defaults": { "unclassified": "mask" }',
    '}',
    '',
  ].join('\n');
}

/** The file's text with a target added or its URL changed; comments and layout stay. */
export function withTarget(text: string, target: NewTarget): string {
  const known = readTargets(text).find(({ name }) => name === target.name);
  if (known !== undefined && target.supabaseUrl === undefined) return text;
  if (known?.supabaseUrl !== undefined && known.supabaseUrl === target.supabaseUrl) return text;
  const path = known === undefined ? ['targets', target.name] : ['targets', target.name, 'supabaseUrl'];
  const value: unknown =
    known !== undefined
      ? target.supabaseUrl
      : { ...(target.supabaseUrl !== undefined && { supabaseUrl: target.supabaseUrl }), protected: true };
  return applyEdits(
    text,
    modify(text, path, value, { formattingOptions: { insertSpaces: true, tabSize: 2, eol: eolOf(text) } }),
  );
}

/** Where the token ends that begins at an offset or encloses it; a string counts with its quotes. */
export function tokenEnd(text: string, offset: number): number {
  const scanner = createScanner(text, true);
  do scanner.scan();
  while (scanner.getPosition() <= offset && scanner.getPosition() < text.length);
  return scanner.getPosition();
}

function eolOf(text: string): string {
  return text.includes('\r\n') ? '\r\n' : '\n';
}

/** JSON on one line with spaces, as people write it. */
function spaced(entry: Readonly<Record<string, string | boolean>>): string {
  const parts = Object.entries(entry).map(
    ([key, value]) => `${JSON.stringify(key)}: ${JSON.stringify(value)}`,
  );
  return `{ ${parts.join(', ')} }`;
}
