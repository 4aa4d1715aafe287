import type { TableKey } from '../schema/model.ts';
import type { MaskPlan } from './plan.ts';
import type { MaskOptions, TransformerName } from './rule.ts';

/** One column's setting as syncline.json spells it. */
export type MaskSetting =
  TransformerName | ({ readonly transformer: TransformerName } & Omit<MaskOptions, never>);

/** By table, then by column: what belongs under `tables.<table>.mask`. */
export type MaskSuggestions = Readonly<Record<TableKey, Readonly<Record<string, MaskSetting>>>>;

/** The plan written down as rules: every column that is masked or that was decided to be safe. */
export function suggestRules(plan: MaskPlan): MaskSuggestions {
  const tables = [...plan.tables.values()].map(
    (table) =>
      [
        table.table,
        Object.fromEntries(
          table.columns
            .filter(({ transformer }) => transformer !== 'keep')
            .map(({ column, transformer, options }) => [
              column,
              Object.keys(options).length === 0 ? transformer : { transformer, ...options },
            ]),
        ),
      ] as const,
  );
  return Object.fromEntries(tables.filter(([, columns]) => Object.keys(columns).length > 0));
}
