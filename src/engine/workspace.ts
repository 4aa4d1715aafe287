import { isAbsolute, join } from 'node:path';
import { SynclineError } from '../core/errors.ts';
import type { ApplyIncomingRequest } from '../core/incoming-port.ts';
import type { Ledger, PulledTarget } from '../core/ledger-port.ts';
import type { Tracking } from '../core/local-changes-port.ts';
import type { LocalDatabase } from '../core/local-ports.ts';
import type { Clock } from '../core/ports.ts';
import type { ParsedWorkspaceFile } from '../core/rules/parse-workspace-file.ts';
import type { Log } from './progress.ts';

/** Where everything of a workspace lies. Absolute paths. */
export interface WorkspacePaths {
  readonly local: string;
  readonly ledger: string;
  readonly lock: string;
  readonly bases: string;
  readonly backups: string;
  /** What runs keep to be undone. */
  readonly undo: string;
}

export function workspacePaths(folder: string, localPath: string): WorkspacePaths {
  const own = join(folder, '.syncline');
  return {
    local: isAbsolute(localPath) ? localPath : join(folder, localPath),
    ledger: join(own, 'ledger.db'),
    lock: join(own, 'lock.db'),
    bases: join(own, 'base'),
    backups: join(own, 'backups'),
    undo: join(own, 'undo'),
  };
}

/** What every use case works with. */
export interface EngineContext {
  readonly paths: WorkspacePaths;
  readonly rules: ParsedWorkspaceFile;
  readonly target: string;
  readonly local: LocalDatabase;
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly newRunId: () => string;
  readonly log: Log;
}

/** What marks the local file after a run, where triggers are to log what is changed in it; else nothing of ours stays. */
export function trackingAfter(
  { rules }: Pick<EngineContext, 'rules'>,
  run: string,
): { readonly tracking?: Tracking } {
  return rules.file.local.tracking === 'triggers' ? { tracking: { token: run } } : {};
}

/** The same for rows that are applied to a file: what it logged since the last run is carried on. */
export function trackingFrom(
  { tracking: previous }: Pick<PulledTarget, 'tracking'>,
  tracking: Tracking,
): ApplyIncomingRequest['tracking'] & object {
  return { ...tracking, ...(previous === undefined ? {} : { previous }) };
}

/** The named target, or the first one of the file. Throws TARGET_UNKNOWN. */
export function chooseTarget({ file }: ParsedWorkspaceFile, name: string | undefined): string {
  const names = Object.keys(file.targets);
  const [first] = names;
  if (name === undefined && first !== undefined) return first;
  if (name !== undefined && names.includes(name)) return name;
  throw new SynclineError(
    'TARGET_UNKNOWN',
    `There is no target "${name ?? ''}". Targets: ${names.join(', ')}.`,
    {
      targets: names,
    },
  );
}
