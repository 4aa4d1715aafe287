import * as vscode from 'vscode';
import type { TableKey } from '../../core/schema/model.ts';
import { maskPreviewText } from '../documents/mask-preview-text.ts';
import { runQuietly } from '../progress/show-progress.ts';
import { maskingKeyOf } from '../secrets/masking-key.ts';
import type { Services } from '../services.ts';
import { targetsOf } from '../session/session-state.ts';
import { plainLabel } from '../text/plain-label.ts';
import { tableDescription } from '../tree/describe-table.ts';
import { chooseConnectedTarget } from './choose-target.ts';
import { showFailure } from './show-failure.ts';

const SAMPLE_ROWS = 20;

/** Shows sample rows of a table as a pull would write them, in a read-only document. Originals stay in the engine. */
export async function previewMasking(
  services: Services,
  named: string | undefined,
  pointedAt: TableKey | undefined,
): Promise<void> {
  const { engine, session, secrets, documents } = services;
  try {
    const target = await chooseConnectedTarget(services, named);
    if (target === undefined) return;
    const table = pointedAt ?? (await pickTable(services, target.name));
    if (table === undefined) return;
    const { key } = await maskingKeyOf(secrets, target.folder.toString());
    const request = {
      folder: target.folder.fsPath,
      target: target.name,
      credentials: target.credentials,
      maskingKey: key,
      table,
      rows: SAMPLE_ROWS,
    };
    const preview = await runQuietly(session, 'preview', target.name, ({ signal }) =>
      engine.call('maskPreview', request, { signal }),
    );
    const title = vscode.l10n.t('{0} (masked preview).txt', table.replaceAll('/', '∕'));
    const uri = documents.put(`${target.name}/${title}`, maskPreviewText(preview));
    await vscode.window.showTextDocument(uri, { preview: true });
  } catch (thrown) {
    showFailure(services, thrown, { retry: () => previewMasking(services, named, pointedAt) });
  }
}

async function pickTable({ session }: Services, target: string): Promise<TableKey | undefined> {
  const tables = targetsOf(session.state).find((status) => status.target === target)?.tables ?? [];
  if (tables.length === 0) await session.refresh('remote');
  const now = Date.now();
  const known = targetsOf(session.state).find((status) => status.target === target)?.tables ?? [];
  const picked = await vscode.window.showQuickPick(
    known.map((table) => ({
      label: plainLabel(table.table),
      table: table.table,
      description: tableDescription(table, now),
    })),
    { title: vscode.l10n.t('Preview masked rows of which table?'), matchOnDescription: false },
  );
  return picked?.table;
}
