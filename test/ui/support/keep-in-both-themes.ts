import type { Locator } from 'playwright-core';
import type { Workbench } from '../../support/vscode/workbench.ts';

/** Long enough for a tooltip to come and for toasts to come to rest. */
const SETTLE = 700;

/** Screenshots of one moment in the light and in the dark theme; ends in the dark one. */
export async function keepInBothThemes(workbench: Workbench, name: string, pointAt?: Locator): Promise<void> {
  for (const theme of ['light', 'dark'] as const) {
    await workbench.setTheme(theme);
    await settle(workbench, pointAt);
    await workbench.screenshot(`${name}-${theme}`);
  }
}

/** Puts the pointer where it shows what is asked for, or else where it covers nothing. */
export async function settle({ page }: Workbench, pointAt?: Locator): Promise<void> {
  await page.mouse.move(760, 420);
  await pointAt?.hover();
  await page.waitForTimeout(pointAt === undefined ? SETTLE / 2 : 2 * SETTLE);
}
