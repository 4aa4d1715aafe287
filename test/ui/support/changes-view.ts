/** What a person does with changed rows in Syncline's view, and with the preview of a push. */
import { errors, type Locator, type Page } from 'playwright-core';

/** A node of the tree by the beginning of what is read out of it. */
export function treeNode(page: Page, beginning: string): Locator {
  const escaped = beginning.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return page.locator('.part.sidebar').getByRole('treeitem', { name: new RegExp(`^${escaped}(,|$)`) });
}

/** Clicks the checkbox of a node. */
export async function toggle(node: Locator): Promise<void> {
  await node.locator('.custom-view-tree-node-item-checkbox').click();
}

/** Opens a node that is closed. A click may come to nothing while the tree is drawn anew. */
export async function unfold(node: Locator): Promise<void> {
  await node.waitFor();
  const open = node.and(node.page().locator('[aria-expanded="true"]'));
  for (let attempt = 0; attempt < 10; attempt++) {
    if ((await node.getAttribute('aria-expanded')) === 'true') return;
    await node.locator('.monaco-tl-twistie').click();
    try {
      await open.waitFor({ timeout: 3000 });
    } catch (error) {
      if (!(error instanceof errors.TimeoutError)) throw error;
    }
  }
  await open.waitFor();
}

/** Clicks an action that stands on a node's row. */
export async function inlineAction(node: Locator, name: string): Promise<void> {
  await node.hover();
  await node.getByRole('button', { name, exact: true }).click();
}

/** A button in the title of the preview. */
export function previewButton(page: Page, name: string): Locator {
  return page.locator('.part.editor .editor-actions').getByRole('button', { name, exact: true });
}

/** What stands in the diffs of the multi-diff editor, before and after, with plain spaces. */
export async function diffTexts(page: Page): Promise<string> {
  const editor = page.locator('.monaco-component.multiDiffEditor');
  await editor.locator('.view-lines').first().waitFor();
  return (await editor.locator('.view-lines').allInnerTexts()).join('\n').replaceAll('\u00a0', ' ');
}
