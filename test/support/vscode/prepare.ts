/** Installs the workbench and the browser if they are missing: `node test/support/vscode/prepare.ts`. */
import { findChromium } from './chromium.ts';
import { installCodeServer } from './code-server.ts';
import { MissingTool } from './missing-tool.ts';

const progress = (line: string) => {
  console.log(line);
};

try {
  // One after the other: both may need apt.
  const { serverMain } = await installCodeServer(progress);
  const chromium = await findChromium(progress);
  console.log(`workbench: ${serverMain}\nbrowser: ${chromium}`);
} catch (error) {
  if (!(error instanceof MissingTool)) throw error;
  console.error(error.message);
  process.exitCode = 3;
}
