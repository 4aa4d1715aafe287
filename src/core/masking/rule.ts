import { z } from 'zod';
import { SynclineError } from '../errors.ts';
import type { TableKey } from '../schema/model.ts';
import {
  isTransformerName,
  TRANSFORMER_NAMES,
  TRANSFORMERS,
  type MaskOptions,
  type TransformerName,
} from './transformers.ts';
import { unknownName } from './unknown-name.ts';

/** What syncline.json says about one column: `"email"`, or `{ "transformer": "date-shift", "days": 30 }`. */
export interface MaskRule {
  readonly transformer: TransformerName;
  readonly options?: MaskOptions;
}

/** By table, then by column. */
export type MaskRules = ReadonlyMap<TableKey, ReadonlyMap<string, MaskRule>>;

/** The `mask` settings of syncline.json, as far as this module reads them. */
export type MaskSettings = Readonly<
  Record<string, { readonly mask?: Readonly<Record<string, unknown>> | undefined }>
>;

/**
 * The rules of syncline.json's `tables`.
 * @throws SynclineError CONFIG_UNKNOWN_TRANSFORMER, CONFIG_INVALID (options)
 */
export function readMaskRules(tables: MaskSettings): MaskRules {
  return new Map(
    Object.entries(tables).map(([table, { mask }]) => [
      table,
      new Map(
        Object.entries(mask ?? {}).map(([column, setting]) => [
          column,
          readMaskRule(setting, `${table}.${column}`),
        ]),
      ),
    ]),
  );
}

/**
 * One column's rule. `where` names the column in errors.
 * @throws SynclineError CONFIG_UNKNOWN_TRANSFORMER, CONFIG_INVALID
 */
export function readMaskRule(setting: unknown, where: string): MaskRule {
  if (typeof setting === 'string') return { transformer: knownTransformer(setting, where) };
  const parsed = z.looseObject({ transformer: z.string() }).safeParse(setting);
  if (!parsed.success) {
    throw new SynclineError(
      'CONFIG_INVALID',
      `The mask of "${where}" must be the name of a transformer, or an object with "transformer".`,
      { column: where },
    );
  }
  const { transformer, ...given } = parsed.data;
  const name = knownTransformer(transformer, where);
  const options = TRANSFORMERS[name].options.safeParse(given);
  if (!options.success) {
    throw new SynclineError(
      'CONFIG_INVALID',
      `The mask of "${where}" does not fit the transformer "${name}": ${z.prettifyError(options.error)}`,
      { column: where, transformer: name },
    );
  }
  return { transformer: name, options: options.data };
}

function knownTransformer(name: string, where: string): TransformerName {
  if (isTransformerName(name)) return name;
  throw unknownName(
    'CONFIG_UNKNOWN_TRANSFORMER',
    `The mask of "${where}" names the transformer "${name}"`,
    name,
    TRANSFORMER_NAMES,
    { column: where, transformer: name },
  );
}
