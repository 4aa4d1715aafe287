/** The settings that every workbench of the tests starts with. */
import { errors, type Page } from 'playwright-core';

export type Theme = 'light' | 'dark' | 'high-contrast';

/** The setting's value, and the class that the workbench wears once the theme is on. */
const THEMES: Record<Theme, { readonly id: string; readonly className: string }> = {
  light: { id: 'Light Modern', className: 'vscode-theme-defaults-themes-light_modern-json' },
  dark: { id: 'Dark Modern', className: 'vscode-theme-defaults-themes-dark_modern-json' },
  'high-contrast': { id: 'Default High Contrast', className: 'vscode-theme-defaults-themes-hc_black-json' },
};

/** The workbench follows the browser's preference, which tests can change at any time. */
const themeSettings = (theme: Theme) => ({
  'window.autoDetectColorScheme': true,
  'workbench.preferredLightColorTheme': THEMES.light.id,
  'workbench.preferredDarkColorTheme': THEMES[theme === 'light' ? 'dark' : theme].id,
});

/** A quiet workbench that looks alike on every run: no first-run pages, no network, no motion, no blinking. */
const QUIET = {
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'update.showReleaseNotes': false,
  'extensions.autoCheckUpdates': false,
  'extensions.autoUpdate': 'off',
  'extensions.ignoreRecommendations': true,
  'workbench.enableExperiments': false,
  'workbench.settings.enableNaturalLanguageSearch': false,
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
  'workbench.reduceMotion': 'on',
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'window.commandCenter': false,
  'chat.commandCenter.enabled': false,
  'chat.disableAIFeatures': true,
  'editor.cursorBlinking': 'solid',
  'git.openRepositoryInParentFolders': 'never',
  'remote.autoForwardPorts': false,
};

export interface SettingsChoice {
  readonly theme?: Theme;
  readonly trusted?: boolean;
  readonly settings?: Readonly<Record<string, unknown>>;
}

/**
 * The user's settings.json. An untrusted workspace is in Restricted Mode without being asked about it.
 * Later entries win: `settings` may override everything.
 */
export function userSettings({ theme = 'light', trusted = true, settings = {} }: SettingsChoice): string {
  const trust = trusted
    ? { 'security.workspace.trust.enabled': false }
    : { 'security.workspace.trust.enabled': true, 'security.workspace.trust.startupPrompt': 'never' };
  return JSON.stringify({ ...QUIET, ...themeSettings(theme), ...trust, ...settings }, undefined, 2);
}

/**
 * Puts a theme on in an open workbench and waits until it is. 1.139 in a browser reads the theme's settings at a moment
 * when settings.json may not be there yet, and then keeps its default; a preference that changes later it follows, so
 * it is changed until it does.
 */
export async function applyTheme(page: Page, theme: Theme): Promise<void> {
  const { id, className } = THEMES[theme];
  const [other, wanted] = theme === 'light' ? (['dark', 'light'] as const) : (['light', 'dark'] as const);
  for (let attempt = 0; attempt < 15; attempt++) {
    await page.emulateMedia({ colorScheme: wanted });
    try {
      await page.waitForSelector(`.monaco-workbench.${className}`, { timeout: 2000 });
      return;
    } catch (error) {
      if (!(error instanceof errors.TimeoutError)) throw error;
    }
    await page.emulateMedia({ colorScheme: other });
    await page.waitForTimeout(300);
  }
  throw new Error(`The workbench does not put on ${id}`);
}
