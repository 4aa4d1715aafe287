import { errors, type Locator } from 'playwright-core';
import type { Workbench } from '../../support/vscode/workbench.ts';

/** Screenshots of one moment in the light and in the dark theme; ends in the dark one. */
export async function keepInBothThemes(workbench: Workbench, name: string, pointAt?: Locator): Promise<void> {
  for (const theme of ['light', 'dark'] as const) {
    await workbench.setTheme(theme);
    await settle(workbench, pointAt);
    await workbench.screenshot(`${name}-${theme}`);
  }
}

/** Puts the pointer where it covers nothing, or where it brings up a tooltip; and lets toasts come to rest. */
export async function settle({ page }: Workbench, pointAt?: Locator): Promise<void> {
  await page.mouse.move(760, 420);
  await page.waitForTimeout(400);
  if (pointAt === undefined) return;
  const tooltip = page.locator('.workbench-hover:visible');
  for (let attempt = 0; attempt < 5; attempt++) {
    await pointAt.hover();
    try {
      await tooltip.waitFor({ timeout: 2500 });
      return;
    } catch (error) {
      if (!(error instanceof errors.TimeoutError)) throw error;
      await page.mouse.move(760, 420 + attempt);
    }
  }
}
