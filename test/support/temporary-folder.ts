import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach } from 'mocha';

/** A maker of folders that are gone after each test of the suite it is called in, or after all of them. */
export function temporaryFolders(until: 'test' | 'suite' = 'test'): () => string {
  const made: string[] = [];
  (until === 'test' ? afterEach : after)(() => {
    for (const folder of made.splice(0)) {
      chmodSync(folder, 0o700);
      rmSync(folder, { recursive: true, force: true });
    }
  });
  return () => {
    const folder = mkdtempSync(join(tmpdir(), 'syncline-test-'));
    made.push(folder);
    return folder;
  };
}
