import { findTable, tableKey, type Catalog } from '../schema/model.ts';
import { type MaskRules } from './rule.ts';
import { isTransformerName, TRANSFORMER_NAMES } from './transformers.ts';
import { unknownName } from './unknown-name.ts';

/**
 * Makes sure that the rules name what exists.
 * @throws SynclineError CONFIG_UNKNOWN_TABLE, CONFIG_UNKNOWN_COLUMN, CONFIG_UNKNOWN_TRANSFORMER
 */
export function checkRules(rules: MaskRules, catalog: Catalog): void {
  for (const [key, columns] of rules) {
    const table = findTable(catalog, key);
    if (table === undefined) {
      const tables = catalog.tables.map(({ name }) => tableKey(name));
      throw unknownName('CONFIG_UNKNOWN_TABLE', `A mask rule names the table "${key}"`, key, tables, {
        table: key,
      });
    }
    const names = table.columns.map(({ name }) => name);
    for (const [column, { transformer, options }] of columns) {
      if (!names.includes(column)) {
        const where = `A mask rule of "${key}" names the column "${column}"`;
        throw unknownName('CONFIG_UNKNOWN_COLUMN', where, column, names, { table: key, column });
      }
      const by = options?.by;
      if (by !== undefined && !names.includes(by)) {
        const where = `The mask rule of "${key}.${column}" moves dates by the column "${by}"`;
        throw unknownName('CONFIG_UNKNOWN_COLUMN', where, by, names, { table: key, column });
      }
      // Rules come from a file; their type promises more than it can.
      const name: string = transformer;
      if (!isTransformerName(name)) {
        const where = `The mask rule of "${key}.${column}" names the transformer "${name}"`;
        throw unknownName('CONFIG_UNKNOWN_TRANSFORMER', where, name, TRANSFORMER_NAMES, {
          table: key,
          column,
        });
      }
    }
  }
}
