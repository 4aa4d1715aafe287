/** What a connection promises, what it does not, and how to get the rest. */
import { t } from '@vscode/l10n';
import type { ChangeMethod } from '../../core/changes-port.ts';
import type { Capability } from '../../core/ports.ts';

/** How production's changes are found over a connection, where the tables allow it. */
export function changeMethodOf(capabilities: readonly Capability[]): ChangeMethod {
  if (capabilities.includes('kit')) return 'change-log';
  return capabilities.includes('snapshot') ? 'digests' : 'watermark';
}

/** How a push goes over a connection. */
export function pushGuaranteeOf(capabilities: readonly Capability[]): 'transaction' | 'kit' | 'row-by-row' {
  if (capabilities.includes('snapshot')) return 'transaction';
  return capabilities.includes('kit') ? 'kit' : 'row-by-row';
}

export function changeMethodName(method: ChangeMethod | 'selection'): string {
  switch (method) {
    case 'selection':
      return t('selected rows');
    case 'change-log':
      return t('change log');
    case 'digests':
      return t('digests');
    case 'watermark':
      return t('watermark');
    case 'full':
      return t('full comparison');
  }
}

/** The tooltip's Markdown: one line for each capability, and what to do about missing ones. */
export function capabilityList(capabilities: readonly Capability[]): string {
  const has = (capability: Capability) => capabilities.includes(capability);
  const lines = [
    has('catalog')
      ? t('✓ the whole catalog: keys, checks and indexes come along')
      : t('✗ the whole catalog: unique constraints, checks and indexes stay unknown'),
    has('snapshot')
      ? t('✓ one snapshot: every table is read as of the same instant')
      : t('✗ one snapshot: tables are read one after the other, and checked afterwards'),
    has('copy') ? t('✓ COPY: the fastest way to read') : t('✗ COPY: rows come in pages over HTTPS'),
    changesLine(changeMethodOf(capabilities)),
    pushLine(capabilities),
  ];
  return [lines.map((line) => `- ${line}`).join('\n'), ...advice(has)].join('\n\n');
}

function changesLine(method: ChangeMethod): string {
  switch (method) {
    case 'change-log':
      return t('✓ changes by the change log: nothing is missed, and only what changed is read');
    case 'digests':
      return t('✓ changes by digests: nothing is missed, and only what differs travels');
    case 'watermark':
    case 'full':
      return t('✗ changes by watermark or full comparison: much is read to find little');
  }
}

function pushLine(capabilities: readonly Capability[]): string {
  switch (pushGuaranteeOf(capabilities)) {
    case 'transaction':
      return t('✓ pushes in one transaction: all of it, or nothing');
    case 'kit':
      return t('✓ pushes by the kit, in one call: all of it, or nothing');
    case 'row-by-row':
      return t('✗ pushes row by row: each is guarded, the whole is not atomic');
  }
}

function advice(has: (capability: Capability) => boolean): string[] {
  const lacksConnection = !(has('catalog') && has('snapshot') && has('copy'));
  return [
    lacksConnection
      ? t('What is missing comes with a Postgres connection string: run “Connect” again and choose it.')
      : undefined,
    has('kit')
      ? undefined
      : t(
          '“Install change tracking” makes changes cheap to find, and pushes atomic without a connection string.',
        ),
  ].filter((line) => line !== undefined);
}
