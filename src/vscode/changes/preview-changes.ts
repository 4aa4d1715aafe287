import * as vscode from 'vscode';
import type { TableKey } from '../../core/schema/model.ts';
import type { ListedChange } from '../../engine/changes-report.ts';
import type { ChangeCounts } from '../../engine/workspace-status.ts';
import { rowDocumentText, type RowShape } from '../documents/row-document-text.ts';
import type { VirtualDocuments } from '../documents/virtual-documents.ts';
import { createLifetime, type Ending } from '../lifetime.ts';
import { totalOf } from './describe-change.ts';
import { previewTitle, rowDiffTitle, rowDocumentPath, type PreviewKind } from './describe-preview.ts';

/** Changes to look at. */
export interface Preview {
  readonly kind: PreviewKind;
  readonly target: string;
  readonly counts: ChangeCounts;
  /** Read as far as they are shown. */
  readonly rows: AsyncIterable<ListedChange>;
  readonly shapeOf: (table: TableKey) => RowShape | undefined;
}

/** Shows changes as the editor's own diffs, a page at a time; what is now on the left, what will be on the right. */
export interface Previews extends Ending {
  open(preview: Preview): Promise<void>;
  /** The next page in the place of the one that shows. */
  next(): Promise<void>;
  /** One row beside what it will be. */
  openRow(change: ListedChange, kind: PreviewKind, shape: RowShape | undefined): Promise<void>;
  close(): Promise<void>;
  /** When the preview that shows is closed by the user. */
  readonly onDidClose: vscode.Event<void>;
}

/** Rows of one page; each is an editor of its own. */
export const ROWS_PER_PREVIEW = 50;

interface Shown {
  readonly preview: Preview;
  readonly rows: AsyncIterator<ListedChange>;
  /** Rows shown on this page and the ones before. */
  last: number;
  title: string;
}

export function createPreviews(documents: VirtualDocuments): Previews {
  const lifetime = createLifetime();
  const closed = lifetime.add(new vscode.EventEmitter<void>());
  let shown: Shown | undefined;
  let version = 0;

  // The editor adds the number of files to the title.
  const isShown = (tab: vscode.Tab) => shown !== undefined && tab.label.startsWith(shown.title);
  const allTabs = () => vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs);
  const drawKeys = () => {
    const isActive = shown !== undefined && allTabs().some((tab) => tab.isActive && isShown(tab));
    const hasMore = shown !== undefined && shown.last < totalOf(shown.preview.counts);
    setContext('syncline.previewActive', isActive);
    setContext('syncline.previewMore', isActive && hasMore);
  };
  lifetime.add(
    vscode.window.tabGroups.onDidChangeTabs(({ closed: gone }) => {
      if (gone.some(isShown) && !allTabs().some(isShown)) {
        shown = undefined;
        closed.fire();
      }
      drawKeys();
    }),
  );

  const document = (change: ListedChange, side: 'before' | 'after', shape: RowShape | undefined) =>
    documents.put(
      rowDocumentPath(change),
      rowDocumentText(change[side], shape),
      new URLSearchParams({ side, version: String((version += 1)) }).toString(),
    );

  const showPage = async (of: Shown) => {
    const { preview, rows } = of;
    const first = of.last + 1;
    const page: ListedChange[] = [];
    while (page.length < ROWS_PER_PREVIEW) {
      const next = await rows.next();
      if (next.done === true) break;
      page.push(next.value);
    }
    if (page.length === 0) return;
    const before = allTabs().filter(isShown);
    of.last += page.length;
    of.title = previewTitle({ ...preview, first, last: of.last });
    shown = of;
    const resources = page.map((change) => {
      const shape = preview.shapeOf(change.table);
      const left = change.before === null ? undefined : document(change, 'before', shape);
      const right = change.after === null ? undefined : document(change, 'after', shape);
      return [right ?? left, left, right];
    });
    await vscode.commands.executeCommand('vscode.changes', of.title, resources);
    await vscode.window.tabGroups.close(before.filter((tab) => !isShown(tab)));
    drawKeys();
  };

  return {
    onDidClose: closed.event,
    async open(preview) {
      await showPage({ preview, rows: preview.rows[Symbol.asyncIterator](), last: 0, title: '' });
    },
    async next() {
      if (shown !== undefined) await showPage(shown);
    },
    async openRow(change, kind, shape) {
      const left = document(change, 'before', shape);
      const right = document(change, 'after', shape);
      await vscode.commands.executeCommand('vscode.diff', left, right, rowDiffTitle(change, kind), {
        preview: true,
      });
    },
    async close() {
      const tabs = allTabs().filter(isShown);
      shown = undefined;
      await vscode.window.tabGroups.close(tabs);
      drawKeys();
    },
    dispose: () => {
      lifetime.dispose();
    },
  };
}

function setContext(key: 'syncline.previewActive' | 'syncline.previewMore', value: boolean): void {
  void vscode.commands.executeCommand('setContext', key, value);
}
