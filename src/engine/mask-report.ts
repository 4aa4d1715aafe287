import type { TableKey } from '../core/schema/model.ts';
import type { PulledColumn } from './pull-report.ts';

/** The rules that `mask suggest` proposes, and the workspace file's text with them written in. */
export interface MaskSuggestion {
  readonly tables: readonly { readonly table: TableKey; readonly columns: readonly PulledColumn[] }[];
  /** How many rules are new, that is, not in the workspace file yet. */
  readonly added: number;
  /** The whole text of syncline.json with the rules added; comments and layout are kept. */
  readonly text: string;
}

/** Rows as a pull would write them. Only masked output: originals never leave the engine. */
export interface MaskPreview {
  readonly table: TableKey;
  readonly columns: readonly PulledColumn[];
  /** Cells as text for display; null is NULL. */
  readonly rows: readonly (readonly (string | null)[])[];
}
