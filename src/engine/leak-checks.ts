import { SynclineError } from '../core/errors.ts';
import type { LeakCheck } from '../core/masking/leak-check.ts';
import type { CheckResult } from './pull-report.ts';

/** What the leak check came to, for the report. Throws MASKING_LEAK when it failed. */
export function leakChecks(leaks: LeakCheck): CheckResult[] {
  const { status, parts, reason, findings } = leaks.result();
  if (status === 'failed') {
    const columns = [...new Set(findings.map((finding) => `${finding.table}.${finding.column}`))];
    throw new SynclineError(
      'MASKING_LEAK',
      `Masking let values through: ${reason} (${columns.join(', ')}).`,
      { columns },
    );
  }
  return parts.map(({ name, status: partly, detail }) => ({ name, status: partly, detail }));
}
