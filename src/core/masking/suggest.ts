import type { TableKey } from '../schema/model.ts';
import type { ColumnMask, MaskPlan } from './plan.ts';
import type { MaskOptions, TransformerName } from './transformers.ts';

/** One column's setting as syncline.json spells it. */
export type MaskSetting = TransformerName | ({ readonly transformer: TransformerName } & MaskOptions);

/** By table, then by column: what belongs under `tables.<table>.mask`. */
export type MaskSuggestions = Readonly<Record<TableKey, Readonly<Record<string, MaskSetting>>>>;

/**
 * The plan written down as rules: every column that it masks, and the text that it found safe to keep, so that neither
 * depends on tomorrow's samples. Left out are columns with a rule, and those whose type says that they are kept.
 */
export function suggestRules(plan: MaskPlan): MaskSuggestions {
  const tables = [...plan.tables.values()].map(
    ({ table, columns }) => [table, columns.filter(isWorthARule).map(settingOf)] as const,
  );
  return Object.fromEntries(
    tables
      .filter(([, settings]) => settings.length > 0)
      .map(([table, settings]) => [table, Object.fromEntries(settings)]),
  );
}

function isWorthARule({ transformer, reason }: ColumnMask): boolean {
  return reason.source !== 'rule' && (transformer !== 'keep' || reason.source === 'safe');
}

function settingOf({ column, transformer, options }: ColumnMask): [string, MaskSetting] {
  return [column, Object.keys(options).length === 0 ? transformer : { transformer, ...options }];
}
