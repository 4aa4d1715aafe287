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
}

export function driftLook(drift: TableDrift): DriftLook {
  switch (drift) {
    case 'never-pulled':
      return {
        badge: 'N',
        colour: 'syncline.neverPulledForeground',
        label: t('not pulled yet'),
      };
    case 'in-step':
      return { label: t('in step') };
    case 'local-changes':
      return {
        badge: 'L',
        colour: 'syncline.localChangesForeground',
        label: t('changed locally'),
      };
    case 'production-changes':
      return {
        badge: 'P',
        colour: 'syncline.productionChangesForeground',
        label: t('changed in production'),
      };
    case 'both':
      return {
        badge: '!',
        colour: 'syncline.bothChangedForeground',
        label: t('changed on both sides'),
      };
    case 'schema-differs':
      return {
        badge: 'S',
        colour: 'syncline.schemaDiffersForeground',
        label: t('schema differs'),
      };
    case 'unknown':
      return {
        badge: '?',
        colour: 'syncline.unknownForeground',
        label: t('not compared with production'),
      };
  }
}

/** Whether a table has drifted in a way that somebody should look at. */
export function hasDrifted(drift: TableDrift): boolean {
  return ['local-changes', 'production-changes', 'both', 'schema-differs'].includes(drift);
}

/**
 * How a target looks whose tables have drifted: how many did, and their colour when all drifted alike. (VS Code's own
 * propagation would paint it in the colour of whichever table comes first.)
 */
export function targetLook(drifts: readonly TableDrift[]): DriftLook | undefined {
  const drifted = drifts.filter(hasDrifted);
  const [first] = drifted;
  if (first === undefined) return undefined;
  const colour = drifted.every((drift) => drift === first) ? driftLook(first).colour : undefined;
  return {
    badge: drifted.length > 99 ? '99' : String(drifted.length),
    ...(colour !== undefined && { colour }),
    label: drifted.length === 1 ? t('1 table drifted') : t('{0} tables drifted', drifted.length),
  };
}
