/**
 * Runs in a real extension host: how long its main thread stands still while a large table is pulled, and while nothing
 * happens. Prints one line of JSON. Started by test/bench/stalls.ts.
 */
import { writeFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import type { SuiteResults } from '../../support/run/results.ts';
import { SUITE_STARTS } from '../../support/run/results.ts';
import { synclineApi } from '../support/sandbox.ts';

/** Milliseconds between two looks at the clock; a stall is what is beyond them. */
const RESOLUTION = 5;
const IDLE_MILLISECONDS = 10_000;

interface Stalls {
  readonly seconds: number;
  /** Milliseconds. */
  readonly longest: number;
  readonly p99: number;
  /** Turns of the event loop that came over 50 ms late, for whatever reason: other programs want the processor too. */
  readonly over50: number;
  /** Those of them in which the main thread itself computed for over 50 ms, and the most that it did, in milliseconds. */
  readonly busyOver50: number;
  readonly longestBusy: number;
}

async function measure(work: () => Promise<unknown>): Promise<Stalls> {
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION });
  let over50 = 0;
  let busyOver50 = 0;
  let longestBusy = 0;
  let last = performance.now();
  let used = threadMilliseconds();
  const timer = setInterval(() => {
    const now = performance.now();
    const usedNow = threadMilliseconds();
    if (now - last > RESOLUTION + 50) over50 += 1;
    if (usedNow - used > 50) busyOver50 += 1;
    longestBusy = Math.max(longestBusy, usedNow - used);
    last = now;
    used = usedNow;
  }, RESOLUTION);
  const began = performance.now();
  histogram.enable();
  await work();
  histogram.disable();
  clearInterval(timer);
  const milliseconds = (nanoseconds: number): number => Math.round(nanoseconds / 1e5) / 10;
  return {
    seconds: Math.round((performance.now() - began) / 100) / 10,
    longest: milliseconds(histogram.max),
    p99: milliseconds(histogram.percentile(99)),
    over50,
    busyOver50,
    longestBusy: Math.round(longestBusy * 10) / 10,
  };
}

/** Processor time of this thread alone, in milliseconds. */
function threadMilliseconds(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

export async function run(): Promise<void> {
  console.log(SUITE_STARTS);
  const databaseUrl = process.env['SYNCLINE_BENCH_DATABASE'] ?? '';
  const api = await synclineApi();
  await api.connect({ target: 'production', credentials: { databaseUrl } });
  const idle = await measure(() => delay(IDLE_MILLISECONDS));
  let rows = 0;
  const pull = await measure(async () => {
    rows = (await api.syncFromProductionToLocal()).totals.rows;
  });
  console.log(JSON.stringify({ rows, idle, pull }));
  const file = process.env['SYNCLINE_TEST_RESULTS'];
  const results: SuiteResults = { passed: 1, failures: [], skipped: [], finished: true };
  if (file !== undefined) writeFileSync(file, JSON.stringify(results));
}
