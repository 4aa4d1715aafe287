import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DemoProject } from '../../support/demo-project.ts';
import { projectRoot } from '../../support/vscode/paths.ts';

/** Starts a pull of the folder by the command line and kills it while rows are coming, as a power cut would. */
export async function killInMidPull(folder: string, project: DemoProject): Promise<void> {
  project.faults.delay({ milliseconds: 100, times: 500 });
  const child = spawn(
    process.execPath,
    [join(projectRoot, 'dist', 'cli.cjs'), 'pull', '--workspace', folder],
    {
      env: {
        ...process.env,
        SYNCLINE_SUPABASE_URL: project.url,
        SYNCLINE_SUPABASE_KEY: project.secretKey,
        SYNCLINE_MASKING_KEY: randomBytes(32).toString('base64'),
      },
      stdio: 'ignore',
    },
  );
  const stages = join(folder, '.syncline', 'base');
  while (child.exitCode === null && !(existsSync(stages) && readdirSync(stages).length > 0)) await sleep(20);
  child.kill('SIGKILL');
  if (child.signalCode === null && child.exitCode === null) await once(child, 'exit');
  project.faults.clear();
  if (child.signalCode !== 'SIGKILL') throw new Error('The pull ended before it could be killed');
}
