/**
 * A real VS Code workbench in a real browser, with a profile of its own.
 *
 *   const workbench = await openWorkbench({ extensionPath: projectRoot, workspaceFolder, theme: 'dark' });
 *   await workbench.runCommand('Syncline: Show log');
 *   await workbench.screenshot('log-dark');
 *   await workbench.close();
 */
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { findChromium } from './chromium.ts';
import { installCodeServer } from './code-server.ts';
import { runCommand } from './command.ts';
import { readLogs } from './logs.ts';
import { notifications, pickCommand } from './interactions.ts';
import { artifactsFolder } from './paths.ts';
import { installArguments, startServer, type Server } from './server.ts';
import { applyTheme, userSettings, type SettingsChoice, type Theme } from './settings.ts';
import { workbenchAddress, type WorkbenchContents } from './workbench-address.ts';

export interface WorkbenchOptions extends SettingsChoice, WorkbenchContents {
  /** A packaged extension to install first. */
  readonly vsix?: string;
  /** In CSS pixels; 1280 x 800 when absent. */
  readonly viewport?: { readonly width: number; readonly height: number };
  /** Added to the environment of the extension host. */
  readonly env?: Readonly<Record<string, string>>;
  /** Told what installs and starts; nothing is printed when absent. */
  readonly progress?: (line: string) => void;
  /** Called on the page before it loads the workbench. */
  readonly beforeLoad?: (page: Page) => Promise<void>;
}

export interface Workbench {
  readonly page: Page;
  /** Holds `data/User/settings.json`, `data/logs/` and `extensions/`; removed on close. */
  readonly dataFolder: string;
  /** Saves `test-artifacts/screenshots/NAME.png` and returns its path. */
  screenshot(name: string): Promise<string>;
  /** Changes the theme; to 'high-contrast' and back to 'light' only where it was opened in that. */
  setTheme(theme: Theme): Promise<void>;
  /** Runs the command with exactly this title, category included, from the palette. */
  runCommand(title: string): Promise<void>;
  /** The texts of the notifications that show now. */
  notifications(): Promise<string[]>;
  /** What the extension host and the extension's own log channels have written. */
  logs(): string;
  close(): Promise<void>;
}

const BROWSER_ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Resolves when the workbench has restored its state and created its contributions. */
const RESTORED = `(async () => {
  while (!window.driver) await new Promise((resolve) => setTimeout(resolve, 50));
  await window.driver.whenWorkbenchRestored();
})()`;

async function openPage(browser: Browser, server: Server, options: WorkbenchOptions): Promise<Page> {
  const viewport = options.viewport ?? { width: 1280, height: 800 };
  const context = await browser.newContext({ viewport, locale: 'en-US', timezoneId: 'UTC' });
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const page = await context.newPage();
  await options.beforeLoad?.(page);
  await page.goto(workbenchAddress(server.port, options), { timeout: 120_000 });
  await page.waitForSelector('.monaco-workbench', { timeout: 120_000 });
  await page.evaluate(RESTORED);
  return page;
}

/**
 * Opens the workbench; the first call on a machine installs it (minutes).
 * @throws MissingTool where a workbench cannot be had.
 */
export async function openWorkbench(options: WorkbenchOptions): Promise<Workbench> {
  const progress = options.progress ?? (() => undefined);
  const codeServer = await installCodeServer(progress);
  const executablePath = await findChromium(progress);
  const dataFolder = mkdtempSync(join(tmpdir(), 'syncline-workbench-'));
  const closers: (() => Promise<void>)[] = [
    () => rm(dataFolder, { recursive: true, force: true, maxRetries: 3 }),
  ];
  const close = async () => {
    for (const closeOne of closers.splice(0).reverse()) await closeOne();
  };
  try {
    mkdirSync(join(dataFolder, 'data', 'User'), { recursive: true });
    writeFileSync(join(dataFolder, 'data', 'User', 'settings.json'), userSettings(options));
    if (options.vsix !== undefined) {
      await runCommand(codeServer.node, [
        codeServer.serverMain,
        ...installArguments(options.vsix, dataFolder),
      ]);
    }
    const server = await startServer(codeServer, { dataFolder, env: options.env ?? {} });
    closers.push(() => server.stop());
    const browser = await chromium.launch({ executablePath, args: BROWSER_ARGUMENTS });
    closers.push(() => browser.close());
    const page = await openPage(browser, server, options);
    await applyTheme(page, options.theme ?? 'light');
    return {
      page,
      dataFolder,
      screenshot: async (name) => {
        const path = join(artifactsFolder, 'screenshots', `${name}.png`);
        await page.screenshot({ path });
        return path;
      },
      setTheme: (theme) => applyTheme(page, theme),
      runCommand: (title) => pickCommand(page, title),
      notifications: () => notifications(page),
      logs: () => readLogs(dataFolder),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
