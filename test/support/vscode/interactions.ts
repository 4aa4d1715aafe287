import { errors, type Page } from 'playwright-core';

/**
 * Picks the command with exactly this title from the palette. A workbench that has just opened may take the focus away
 * and an extension's command may take a moment to be listed: the palette is asked again, each time with more
 * patience, for about 25 seconds.
 */
export async function pickCommand(page: Page, title: string): Promise<void> {
  const input = page.locator('.quick-input-widget .quick-input-box input');
  const rows = page.locator('.quick-input-list .monaco-list-row');
  const entry = rows.filter({ has: page.locator('.label-name').getByText(title, { exact: true }) }).first();
  for (let attempt = 0; attempt < 10; attempt++) {
    const timeout = 1000 + attempt * 250;
    try {
      await page.keyboard.press('F1');
      await input.fill(`>${title}`, { timeout });
      await entry.click({ timeout });
      return;
    } catch (error) {
      if (!(error instanceof errors.TimeoutError)) throw error;
      await page.keyboard.press('Escape');
    }
  }
  throw new Error(`No command is called "${title}"`);
}

/** The texts of the notification toasts that show now. */
export async function notifications(page: Page): Promise<string[]> {
  const toasts = page.locator('.notification-toast:visible .notification-list-item-message');
  return (await toasts.allInnerTexts()).map((text) => text.trim());
}
