import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
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
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  );
  let progress = '';
  for await (const chunk of child.stderr) {
    progress += String(chunk);
    if (!/load/i.test(progress)) continue;
    child.kill('SIGKILL');
    break;
  }
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  project.faults.clear();
  if (child.signalCode !== 'SIGKILL')
    throw new Error(`The pull ended before it could be killed:\n${progress}`);
}
