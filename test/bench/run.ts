/**
 * `npm run bench`: what the main jobs cost, as ratios to a named peer in the same run. `--json` prints JSON; the names of
 * benches (pull, changes, digest, push) run only those.
 */
import { spawnSync } from 'node:child_process';
import { benchChanges } from './changes.ts';
import { benchDigest } from './digest.ts';
import { benchPull } from './pull.ts';
import { benchPush } from './push.ts';

// What is measured is the bundle that is shipped.
const build = spawnSync(process.execPath, ['esbuild.mjs', '--production', '--quiet'], { stdio: 'inherit' });
if (build.status !== 0) process.exit(build.status ?? 1);

const seconds = (value: number): string => value.toFixed(value < 10 ? 3 : 1);

const benches: Readonly<
  Record<string, () => Promise<{ readonly result: object; readonly print: () => void }>>
> = {
  pull: async () => {
    const result = await benchPull();
    return {
      result,
      print: () => {
        console.log(`pull of ${result.rows.toLocaleString('en-US')} rows x 7 columns`);
        console.table(
          result.programs.map(({ name, seconds: taken, ratio, peakMemory }) => ({
            program: name,
            seconds: seconds(taken),
            'times the peer': ratio.toFixed(2),
            'peak MB': Math.round(peakMemory),
          })),
        );
      },
    };
  },
  changes: async () => {
    const result = await benchChanges();
    return {
      result,
      print: () => {
        console.log('100 changed rows, with the kit and tracking triggers');
        console.table(
          result.jobs.map(({ job, small, large, ratio }) => ({
            job,
            'in 10,000 rows': seconds(small),
            'in 1,000,000': seconds(large),
            ratio: ratio.toFixed(2),
          })),
        );
      },
    };
  },
  digest: async () => {
    const result = await benchDigest();
    return {
      result,
      print: () => {
        console.log(
          `comparing 1,000,000 rows x 7 columns by digest: ${seconds(result.digests)} s, md5 over the table ${seconds(result.md5)} s, ratio ${result.ratio.toFixed(2)}`,
        );
      },
    };
  },
  push: async () => {
    const result = await benchPush();
    return {
      result,
      print: () => {
        console.log(
          `push of ${result.rows.toLocaleString('en-US')} new rows: ${seconds(result.push)} s, sending alone ${seconds(result.sending)} s, sqlite3 -csv | psql COPY ${seconds(result.peer)} s; rate ${result.rate.toFixed(2)} of the peer's, sending alone ${result.sendingRate.toFixed(2)}`,
        );
      },
    };
  },
};

const named = process.argv.slice(2).filter((name) => name in benches);
const results: Record<string, object> = {};
for (const [name, bench] of Object.entries(benches)) {
  if (named.length > 0 && !named.includes(name)) continue;
  const { result, print } = await bench();
  results[name] = result;
  if (!process.argv.includes('--json')) print();
}
if (process.argv.includes('--json')) console.log(JSON.stringify(results, null, 2));
