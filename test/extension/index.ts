/** What VS Code calls in the extension host: runs every compiled `*.test.cjs` beside this file. */
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { recordResults, SUITE_STARTS } from '../support/run/results.ts';

export async function run(): Promise<void> {
  // Failures point at the sources, not at the bundles.
  process.setSourceMapsEnabled(true);
  const { default: Mocha } = await import('mocha');
  const grep = process.env['SYNCLINE_TEST_GREP'];
  const mocha = new Mocha({
    ui: 'bdd',
    timeout: 60_000,
    forbidOnly: process.env['CI'] === 'true',
    ...(grep === undefined ? {} : { grep }),
  });
  for (const file of globSync('**/*.test.cjs', { cwd: __dirname }).sort())
    mocha.addFile(join(__dirname, file));
  await mocha.loadFilesAsync();
  console.log(SUITE_STARTS);
  await new Promise<void>((resolve, reject) => {
    const runner = mocha.run((failures) => {
      if (failures === 0) resolve();
      else reject(new Error(`${failures} failed`));
    });
    const file = process.env['SYNCLINE_TEST_RESULTS'];
    if (file !== undefined) recordResults(runner, file);
  });
}
