import { createHash } from 'node:crypto';
import type { ParsedWorkspaceFile } from '../core/rules/parse-workspace-file.ts';
import type { Catalog } from '../core/schema/model.ts';

/** Moves when the same catalog and rules would lead to another plan. */
const PLAN_VERSION = 1;

/**
 * Names what tables, columns and their masking are decided from: production's catalog, but for what only estimates, and
 * the rules. As long as it stays the same, the decisions of the last pull hold, and neither samples nor counts are read.
 */
export function planKeyOf(catalog: Catalog, rules: ParsedWorkspaceFile, masked: boolean): string {
  const { tables, defaults } = rules.file;
  const text = JSON.stringify(
    [PLAN_VERSION, masked, catalog.completeness, catalog.tables, tables, defaults],
    (name, value: unknown) => (name === 'estimatedRows' ? undefined : value),
  );
  return createHash('sha256').update(text).digest('hex');
}
