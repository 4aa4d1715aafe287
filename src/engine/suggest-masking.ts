import { applyEdits, modify, parse } from 'jsonc-parser';
import type { MaskingKey } from '../core/masking/masking-key.ts';
import { compileTableMask } from '../core/masking/compile.ts';
import { suggestRules } from '../core/masking/suggest.ts';
import { SynclineError } from '../core/errors.ts';
import type { Production, ProductionSnapshot } from '../core/ports.ts';
import type { Table, TableKey } from '../core/schema/model.ts';
import type { Cell } from '../core/values/cell.ts';
import { codecFor } from '../core/values/codec.ts';
import { rowDecoder } from './decode-rows.ts';
import { describeColumns } from './describe-pull.ts';
import type { MaskPreview, MaskSuggestion } from './mask-report.ts';
import { planPull, type PlannedTable, type PullPlan } from './plan-pull.ts';
import { requireAllRows } from './require-all-rows.ts';
import { withSnapshot } from './with-snapshot.ts';
import type { EngineContext } from './workspace.ts';

/**
 * Writes the masking that a pull would apply into the workspace file's text as rules, so that it can be read, changed
 * and committed. Rules that are there stay as they are; comments and layout are kept.
 */
export async function suggestMasking(
  context: EngineContext,
  production: Production,
  text: string,
  signal: AbortSignal,
): Promise<MaskSuggestion> {
  const plan = await planned(context, production, signal, (_, made) => Promise.resolve(made));
  const present = parse(text, [], { allowTrailingComma: true }) as {
    readonly tables?: Record<string, { readonly mask?: Record<string, unknown> } | undefined>;
  };
  let result = text;
  let added = 0;
  const suggested = plan.masks === undefined ? {} : suggestRules(plan.masks);
  for (const [table, columns] of Object.entries(suggested)) {
    for (const [column, setting] of Object.entries(columns)) {
      if (Object.hasOwn(present.tables?.[table]?.mask ?? {}, column)) continue;
      const edits = modify(result, ['tables', table, 'mask', column], setting, {
        formattingOptions: { insertSpaces: true, tabSize: 2, eol: '\n' },
      });
      result = applyEdits(result, edits);
      added += 1;
    }
  }
  const tables = plan.tables.map((table) => ({ table: table.local.key, columns: describeColumns(table) }));
  return { tables, added, text: result };
}

/** Masked rows of one table as a pull would write them. Throws CONFIG_UNKNOWN_TABLE. */
export async function previewMasking(
  context: EngineContext,
  production: Production,
  request: { readonly table: TableKey; readonly rows: number; readonly key: MaskingKey },
  signal: AbortSignal,
): Promise<MaskPreview> {
  return planned(context, production, signal, async (snapshot, plan) => {
    const table = plan.tables.find((each) => each.local.key === request.table);
    if (table === undefined) {
      const known = plan.tables.map((each) => each.local.key);
      throw new SynclineError(
        'CONFIG_UNKNOWN_TABLE',
        `No table "${request.table}" is pulled. Tables: ${known.join(', ')}.`,
        { tables: known },
      );
    }
    const rows = await maskedRows(snapshot, table, request, signal);
    return { table: request.table, columns: describeColumns(table), rows };
  });
}

async function maskedRows(
  snapshot: ProductionSnapshot,
  { local, columns, mask }: PlannedTable,
  { rows: limit, key }: { readonly rows: number; readonly key: MaskingKey },
  signal: AbortSignal,
): Promise<(string | null)[][]> {
  if (mask === undefined || columns.length === 0) return [];
  const sources = local.columns.map((column) => column.source);
  const source: Table = { ...local.source, columns: sources };
  const decode = rowDecoder(sources);
  const maskRow = compileTableMask(mask, source, key);
  const codecs = sources.map((column) => codecFor(column.type));
  const show = (cell: Cell, index: number): string | null =>
    cell === null ? null : (codecs[index]?.encodePostgres(cell) ?? null);
  const rows: (string | null)[][] = [];
  for await (const batch of snapshot.readRows({ table: local.source, columns, limit, signal })) {
    for (const row of batch.rows) rows.push(maskRow(decode(row)).map(show));
  }
  return rows;
}

async function planned<Result>(
  context: EngineContext,
  production: Production,
  signal: AbortSignal,
  use: (snapshot: ProductionSnapshot, plan: PullPlan) => Promise<Result>,
): Promise<Result> {
  requireAllRows(await production.probe(signal));
  return withSnapshot(production, signal, async (snapshot) => {
    const plan = await planPull(snapshot, context.rules, {
      masked: true,
      now: context.clock(),
      signal,
      onTable: () => undefined,
    });
    return use(snapshot, plan);
  });
}
