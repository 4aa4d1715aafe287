/** What a person does with Syncline's view, by mouse and keyboard. */
import assert from 'node:assert/strict';
import type { Locator, Page } from 'playwright-core';
import type { Workbench } from '../../support/vscode/workbench.ts';

export const PULL = 'Pull production (anonymized)';

export async function openView({ page }: Workbench): Promise<void> {
  await page.locator('.activitybar').getByRole('tab', { name: 'Syncline' }).click();
  await page.locator('.pane-body, .tree-explorer-viewlet-tree-view').first().waitFor();
}

/** A button in the title of the view. */
export function titleButton(page: Page, name: string): Locator {
  return page.locator('.part.sidebar .composite.title').getByRole('button', { name, exact: true });
}

/** A row of the tree by the name it begins with. */
export function row(page: Page, name: string): Locator {
  return page.locator('.part.sidebar').getByRole('treeitem', { name: new RegExp(`^${name},`) });
}

/** What the page has and this project's types leave out. */
interface Styles {
  getComputedStyle(element: unknown, pseudoElement: string): { readonly content: string };
}

/** What stands in the row: its name, its description, and in brackets the letter of its decoration. */
export async function rowText(page: Page, name: string): Promise<string> {
  const label = row(page, name).locator('.monaco-icon-label');
  const badge = await label.evaluate(
    (element) => (globalThis as unknown as Styles).getComputedStyle(element, '::after').content,
  );
  const texts = await label.locator('.label-name, .label-description').allInnerTexts();
  return `${texts.join(' ')} [${/^"(.*)"$/.exec(badge)?.[1] ?? ''}]`;
}

/** Waits until a row's text matches; fails with the text that it had last. */
export async function waitForRow(page: Page, name: string, pattern: RegExp, timeout = 30_000): Promise<void> {
  let text = '';
  const deadline = Date.now() + timeout;
  while (Date.now() < deadline) {
    text = await rowText(page, name);
    if (pattern.test(text)) return;
    await page.waitForTimeout(100);
  }
  assert.fail(`The row "${name}" stayed "${text}" and did not come to match ${String(pattern)}`);
}

/** A toast whose text holds this. */
export function toast(page: Page, text: string | RegExp): Locator {
  return page.locator('.notification-toast').filter({ hasText: text });
}

/** The text field of the quick input that is open at this step. */
export function step(page: Page, number: number): Locator {
  return page.locator('.quick-input-widget').filter({ hasText: `(${number}/` });
}

/** Types the value of a step, and confirms it. */
export async function answerStep(page: Page, number: number, value: string): Promise<void> {
  const input = step(page, number).locator('.quick-input-box input');
  await input.waitFor();
  await input.fill(value);
  await page.keyboard.press('Enter');
}

/** The whole connect flow of a workspace without a syncline.json, from the welcome view's button to the tree. */
export async function connect(
  workbench: Workbench,
  project: { readonly url: string; readonly secretKey: string },
): Promise<void> {
  const { page } = workbench;
  await page.locator('.part.sidebar').getByRole('button', { name: 'Connect', exact: true }).click();
  await step(page, 1).getByText('Supabase project').click();
  await answerStep(page, 2, project.url);
  await answerStep(page, 3, project.secretKey);
}
