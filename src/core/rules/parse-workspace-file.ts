import {
  findNodeAtLocation,
  getNodeValue,
  parseTree,
  printParseErrorCode,
  type Node,
  type ParseError,
} from 'jsonc-parser';
import { SynclineError, type ErrorDetails } from '../errors.ts';
import { WORKSPACE_FILE_NAME, workspaceFileSchema, type WorkspaceFile } from './workspace-file.ts';

/** A place in the file; both count from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

export interface ParsedWorkspaceFile {
  readonly file: WorkspaceFile;
  /** Where a property stands, such as `['tables', 'users', 'mask', 'email']`; its nearest parent when it is absent. */
  readonly positionOf: (path: readonly (string | number)[]) => Position;
}

/**
 * Reads the text of a `syncline.json` (JSON with comments and trailing commas).
 * Throws CONFIG_INVALID with `line` and `column` (from 1) of the first mistake.
 */
export function parseWorkspaceFile(text: string): ParsedWorkspaceFile {
  if (text.trim() === '') throw invalid({ line: 1, column: 1 }, 'the file is empty');
  const errors: ParseError[] = [];
  const tree = parseTree(text, errors, { allowTrailingComma: true, disallowComments: false });
  const [syntaxError] = errors;
  if (syntaxError !== undefined || tree === undefined) {
    const what = syntaxError === undefined ? 'not JSON' : spaced(printParseErrorCode(syntaxError.error));
    throw invalid(positionAt(text, syntaxError?.offset ?? 0), what);
  }
  const positionOf = (path: readonly (string | number)[]): Position => positionAt(text, offsetOf(tree, path));

  const parsed = workspaceFileSchema.safeParse(getNodeValue(tree));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const path = (issue?.path ?? []).map((part) => (typeof part === 'symbol' ? String(part) : part));
    const at = issue?.code === 'unrecognized_keys' ? [...path, ...issue.keys.slice(0, 1)] : path;
    const where = at.length === 0 ? '' : `"${at.join('.')}": `;
    throw invalid(positionOf(at), where + (issue?.message ?? 'is not valid'), { path: at.join('.') });
  }
  return { file: parsed.data, positionOf };
}

function invalid(position: Position, what: string, details: ErrorDetails = {}): SynclineError {
  const { line, column } = position;
  return new SynclineError('CONFIG_INVALID', `${WORKSPACE_FILE_NAME}:${line}:${column}: ${what}.`, {
    ...details,
    line,
    column,
  });
}

/** The offset of a property's key, so that an editor underlines the name; of the nearest parent that exists. */
function offsetOf(tree: Node, path: readonly (string | number)[]): number {
  for (let length = path.length; length > 0; length -= 1) {
    const node = findNodeAtLocation(tree, path.slice(0, length));
    if (node !== undefined) return node.parent?.type === 'property' ? node.parent.offset : node.offset;
  }
  return tree.offset;
}

function positionAt(text: string, offset: number): Position {
  const before = text.slice(0, offset);
  const lineStart = before.lastIndexOf('\n') + 1;
  return { line: before.split('\n').length, column: offset - lineStart + 1 };
}

/** `InvalidSymbol` as `invalid symbol`. */
function spaced(code: string): string {
  return code.replace(/[A-Z]/g, (letter, index: number) => (index === 0 ? '' : ' ') + letter.toLowerCase());
}
