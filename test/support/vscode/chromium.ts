import { existsSync } from 'node:fs';
import { findExecutable } from './command.ts';
import { MissingTool } from './missing-tool.ts';
import { installSystemPackages } from './system-packages.ts';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

function present(): string | undefined {
  return NAMES.map(findExecutable).find((path) => path !== undefined);
}

/** The browser's executable: SYNCLINE_CHROMIUM, or the system's, or Debian's installed now. */
export async function findChromium(progress: (line: string) => void): Promise<string> {
  const given = process.env['SYNCLINE_CHROMIUM'];
  if (given !== undefined) {
    if (!existsSync(given)) throw new MissingTool(`SYNCLINE_CHROMIUM names ${given}, which does not exist`);
    return given;
  }
  const found = present();
  if (found !== undefined) return found;
  await installSystemPackages(['chromium', 'fonts-dejavu-core', 'fonts-noto-color-emoji'], progress);
  const installed = present();
  if (installed === undefined) throw new MissingTool('Chromium is not on PATH; set SYNCLINE_CHROMIUM');
  return installed;
}
