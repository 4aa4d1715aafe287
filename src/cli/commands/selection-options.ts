import type { Command } from 'commander';
import { SynclineError } from '../../core/errors.ts';
import type { RowAddress, Selection } from '../../engine/selection.ts';

export interface SelectionFlags {
  readonly tables?: readonly string[];
  readonly record?: readonly RowAddress[];
  readonly set?: string;
  readonly children?: boolean;
}

/** The options that say what of a sync is meant; together they mean all that each of them means. */
export function selecting(command: Command): Command {
  return command
    .option('--tables <tables>', 'only these: a,b or, for any name, a JSON array ["a","b"]', tableNames)
    .option(
      '--record <record>',
      'only this row: table:key, or ["table","key",...] in JSON for a key of several columns or any name; may be repeated',
      (text: string, before: readonly RowAddress[] | undefined) => [...(before ?? []), recordAddress(text)],
    )
    .option('--set <name>', 'only this set of syncline.json');
}

/** What the options mean; nothing where none was given. */
export function selectionFrom({ tables, record, set, children }: SelectionFlags): {
  readonly selection?: Selection;
} {
  if (tables === undefined && record === undefined && set === undefined) {
    if (children === true) throw usage('--children needs --record or --set.');
    return {};
  }
  return {
    selection: {
      ...(tables === undefined ? {} : { tables }),
      ...(record === undefined ? {} : { rows: record }),
      ...(set === undefined ? {} : { set }),
      ...(children === true ? { withChildren: true } : {}),
    },
  };
}

/** `a,b`, or a JSON array of names. Throws USAGE. */
export function tableNames(text: string): readonly string[] {
  const names = text.startsWith('[') ? texts(text, '--tables') : text.split(',').map((name) => name.trim());
  if (names.length === 0 || names.includes('')) throw usage('--tables names no table, or an empty one.');
  return names;
}

/**
 * `table:key`, where the key is all that follows the first colon, as production writes it; or a JSON array of the table
 * and each column's value of its key. Throws USAGE.
 */
export function recordAddress(text: string): RowAddress {
  if (text.startsWith('[')) {
    const [table = '', ...key] = texts(text, '--record');
    if (table === '' || key.length === 0) throw usage('--record needs a table and its key.');
    return { table, key };
  }
  const colon = text.indexOf(':');
  if (colon < 1) throw usage('--record is written table:key, or ["table","key",...] in JSON.');
  return { table: text.slice(0, colon), key: [text.slice(colon + 1)] };
}

function texts(json: string, option: string): readonly string[] {
  const mistake = (): SynclineError =>
    usage(`${option} begins with "[" and is no JSON array of texts and whole numbers.`);
  let parsed: unknown;
  try {
    parsed = JSON.parse(json);
  } catch {
    throw mistake();
  }
  if (!Array.isArray(parsed)) throw mistake();
  return parsed.map((value: unknown) => {
    if (typeof value === 'string') return value;
    // A larger number was rounded by the reading of it.
    if (typeof value === 'boolean' || Number.isSafeInteger(value)) return String(value);
    throw mistake();
  });
}

function usage(message: string): SynclineError {
  return new SynclineError('USAGE', message);
}
