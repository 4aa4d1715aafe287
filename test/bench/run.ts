/** `npm run bench`: what the main jobs cost, as ratios to a named peer in the same run. `--json` prints JSON. */
import { spawnSync } from 'node:child_process';
import { benchPull } from './pull.ts';

// What is measured is the bundle that is shipped.
const build = spawnSync(process.execPath, ['esbuild.mjs', '--production', '--quiet'], { stdio: 'inherit' });
if (build.status !== 0) process.exit(build.status ?? 1);

const pull = await benchPull();
if (process.argv.includes('--json')) console.log(JSON.stringify({ pull }, null, 2));
else {
  console.log(`${pull.rows.toLocaleString('en-US')} rows x 7 columns`);
  console.table(
    pull.programs.map(({ name, seconds, ratio, peakMemory }) => ({
      program: name,
      seconds: seconds.toFixed(1),
      'times the peer': ratio.toFixed(2),
      'peak MB': Math.round(peakMemory),
    })),
  );
}
