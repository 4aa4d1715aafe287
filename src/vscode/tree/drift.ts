import { t } from '@vscode/l10n';
import type { TableDrift } from '../../engine/workspace-status.ts';

/** How a table's drift looks: never by colour alone. */
export interface DriftLook {
  /** One letter at the end of the row; none for a table that is in step, as Git shows a clean file. */
  readonly badge?: string;
  /** Id of a contributed theme colour; none leaves the label as it is. */
  readonly colour?: string;
  /** In words, for tooltips and screen readers. */
  readonly label: string;
  /** Whether the target shows it too: only what somebody should look at does. */
  readonly propagates: boolean;
}

export function driftLook(drift: TableDrift): DriftLook {
  switch (drift) {
    case 'never-pulled':
      return {
        badge: 'N',
        colour: 'syncline.neverPulledForeground',
        label: t('not pulled yet'),
        propagates: false,
      };
    case 'in-step':
      return { label: t('in step'), propagates: false };
    case 'local-changes':
      return {
        badge: 'L',
        colour: 'syncline.localChangesForeground',
        label: t('changed locally'),
        propagates: true,
      };
    case 'production-changes':
      return {
        badge: 'P',
        colour: 'syncline.productionChangesForeground',
        label: t('changed in production'),
        propagates: true,
      };
    case 'both':
      return {
        badge: '!',
        colour: 'syncline.bothChangedForeground',
        label: t('changed on both sides'),
        propagates: true,
      };
    case 'schema-differs':
      return {
        badge: 'S',
        colour: 'syncline.schemaDiffersForeground',
        label: t('schema differs'),
        propagates: true,
      };
    case 'unknown':
      return {
        badge: '?',
        colour: 'syncline.unknownForeground',
        label: t('not compared with production'),
        propagates: false,
      };
  }
}

/** Whether a table has drifted in a way that somebody should look at. */
export function hasDrifted(drift: TableDrift): boolean {
  return driftLook(drift).propagates;
}
