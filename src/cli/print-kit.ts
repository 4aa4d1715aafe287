import type { KitReport } from '../engine/kit-report.ts';
import { columns, formatCount } from './text-table.ts';

/** How the kit stands, for people. */
export function describeKit(report: KitReport): string {
  const { installedVersion, version, tables, missing, changeLogRows, oldestChange, stagedPushes } = report;
  const installed = installedVersion === undefined ? '' : `, version ${installedVersion} of ${version}`;
  const log = changeLogRows === undefined ? [] : [`change log: ${formatCount(changeLogRows)} entries`];
  const since = oldestChange === undefined ? [] : [`since ${oldestChange}`];
  const staged = (stagedPushes ?? 0) === 0 ? [] : [`${stagedPushes ?? 0} staged pushes`];
  const facts = [...log, ...since, ...staged];
  return [
    `${report.target} ${report.address}`,
    `kit: ${report.state}${installed}`,
    ...(facts.length === 0 ? [] : [facts.join(', ')]),
    ...missing.map((signature) => `  missing: ${signature}`),
    '',
    columns(
      ['table', 'tracked', 'why not'],
      tables.map(({ table, tracked, cause }) => [table, tracked ? 'yes' : 'no', cause ?? '']),
    ),
    '',
    report.advice,
  ].join('\n');
}
