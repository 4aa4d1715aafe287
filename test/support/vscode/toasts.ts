import type { Page } from 'playwright-core';

/**
 * Lets notification toasts appear as users see them: a workbench with the smoke test driver, which the tests need to
 * pass a payload, suppresses them. For `beforeLoad`. Fails when the workbench's script is not as expected.
 */
export async function showToasts(page: Page): Promise<void> {
  await page.route('**/workbench/workbench.js', async (route) => {
    const response = await route.fetch();
    const script = await response.text();
    const suppression = 'isNotificationsCenterVisible&&!this.environmentService.enableSmokeTestDriver&&';
    if (script.split(suppression).length !== 2) {
      await route.abort();
      throw new Error('The workbench suppresses notification toasts in another way than expected');
    }
    await route.fulfill({ response, body: script.replace(suppression, 'isNotificationsCenterVisible&&') });
  });
}
