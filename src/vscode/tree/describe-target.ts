/** The words on a target's row in the tree. */
import { t } from '@vscode/l10n';
import type { SynclineError } from '../../core/errors.ts';
import type { TargetStatus } from '../../engine/workspace-status.ts';
import { formatAge, formatInstant, formatTables } from '../text/amounts.ts';
import { failureMessage } from '../text/failure-message.ts';
import { escapeMarkdown, inlineCode } from '../text/markdown.ts';
import { capabilityList } from './describe-capabilities.ts';
import { hasDrifted } from './drift.ts';

/** What the editor knows about the way to a target, apart from its data. */
export interface TargetConnection {
  /** `moved`: a key is kept, but for another URL than the one syncline.json names now. */
  readonly state: 'connected' | 'disconnected' | 'moved';
  /** Why the target could not be reached the last time, if it could not. */
  readonly problem?: SynclineError;
}

/** What follows the target's name: `abcd.supabase.co · pulled 5 min ago`. */
export function targetDescription(target: TargetStatus, connection: TargetConnection, now: number): string {
  return [
    target.address === undefined ? undefined : hostOf(target.address),
    connectionWord(connection),
    target.pulledAt === undefined ? undefined : t('pulled {0}', formatAge(target.pulledAt, now)),
  ]
    .filter((part) => part !== undefined)
    .join(' · ');
}

export function targetLabel(target: TargetStatus, connection: TargetConnection, now: number): string {
  const guarded = target.protected
    ? t('{0}, protected target', target.target)
    : t('{0}, target', target.target);
  return `${guarded}, ${targetDescription(target, connection, now).replaceAll(' · ', ', ')}`;
}

/** The tooltip's Markdown. */
export function targetTooltip(target: TargetStatus, connection: TargetConnection, now: number): string {
  const drifted = target.tables.filter(({ drift }) => hasDrifted(drift)).length;
  const head = target.protected
    ? t('{0} — protected: nothing is ever written there without being shown first', inlineCode(target.target))
    : inlineCode(target.target);
  const tables = [
    target.tables.length === 0 ? undefined : formatTables(target.tables.length),
    drifted === 0 ? undefined : t('{0} drifted', drifted),
    target.pulledAt === undefined
      ? undefined
      : t('pulled {0} ({1})', formatAge(target.pulledAt, now), formatInstant(target.pulledAt)),
  ].filter((part) => part !== undefined);
  return [
    head,
    target.address === undefined ? undefined : inlineCode(target.address),
    tables.length === 0 ? undefined : tables.join(' · '),
    connectionSentence(connection),
    connection.state === 'connected' && connection.problem === undefined
      ? capabilityList(target.capabilities)
      : undefined,
  ]
    .filter((section) => section !== undefined)
    .join('\n\n');
}

function hostOf(address: string): string {
  const host = /^[a-z]+:\/\/(?:[^/@]*@)?([^/?]+)/i.exec(address)?.[1];
  return host ?? address;
}

function connectionWord({ state, problem }: TargetConnection): string | undefined {
  if (state === 'disconnected') return t('not connected');
  if (state === 'moved') return t('key needed again');
  return problem === undefined ? undefined : t('not reachable');
}

function connectionSentence({ state, problem }: TargetConnection): string | undefined {
  if (state === 'disconnected') return t('Not connected: “Connect” asks for the key.');
  if (state === 'moved') {
    return t(
      'syncline.json names another URL than the one your key was entered for, so the key is not sent. “Connect” asks for it again.',
    );
  }
  return problem === undefined ? undefined : escapeMarkdown(failureMessage(problem));
}
