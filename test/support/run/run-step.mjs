import { spawn } from 'node:child_process';
import { createWriteStream, existsSync, globSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { clearInterval, clearTimeout, setInterval, setTimeout } from 'node:timers';

/**
 * What became of a step.
 *
 * @typedef {object} Outcome
 * @property {string} name
 * @property {number} passed
 * @property {number} failed
 * @property {{ title: string, reason: string }[]} skipped
 * @property {string[]} failures What failed, each as printed.
 * @property {boolean} ok
 * @property {number} seconds
 */

/** The process groups that are under way: each step leads one, so that whatever it started can be ended with it. */
const groups = new Set();

function endGroup(pid, signal) {
  try {
    process.kill(-pid, signal);
    return true;
  } catch {
    return false;
  }
}

/** Ends every step that is under way, and what it started. */
export function endAll() {
  for (const pid of groups) endGroup(pid, 'SIGKILL');
}

/** Asks the group to end, then makes it. A step's leader is gone by then: this is for what it left behind. */
async function endLeftovers(pid) {
  if (!endGroup(pid, 'SIGTERM')) return;
  for (let attempt = 0; attempt < 20 && endGroup(pid, 0); attempt++) {
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  endGroup(pid, 'SIGKILL');
}

function readResults(file) {
  if (!existsSync(file)) return undefined;
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

/** With this code a preparation says that a tool is missing (test/support/vscode/prepare.ts). */
const MISSING_TOOL = 3;

/** Seconds that a suite has to end in after its last test. */
const LINGER = 20;

const nothing = { passed: 0, failed: 0, skipped: [], failures: [], ok: true, seconds: 0 };

/** A step that had no reason to run. */
export function skippedStep(step, reason) {
  return { ...nothing, name: step.name, skipped: [{ title: `the whole step "${step.name}"`, reason }] };
}

/** A step that should have run and could not. */
export function blockedStep(step, reason) {
  return { ...nothing, name: step.name, failed: 1, failures: [`${step.name}: ${reason}`], ok: false };
}

function outcomeOf(step, code, seconds, results, logTail) {
  const common = { name: step.name, seconds };
  if (!step.suite) {
    const ok = code === 0;
    const passed = ok && !step.preparation ? 1 : 0;
    // A preparation that ends so has said which tool is missing: its dependants are skipped.
    const failed = ok || (step.preparation && code === MISSING_TOOL) ? 0 : 1;
    return { ...nothing, ...common, ok, passed, failed, failures: ok ? [] : [logTail()] };
  }
  if (!results) {
    return {
      ...nothing,
      ...common,
      ok: false,
      failed: 1,
      failures: [`ended with ${code} without results\n${logTail()}`],
    };
  }
  const failures = results.failures.map(({ title, message, stack }) => `${title}\n${stack ?? message}`);
  if (!results.finished) {
    failures.push(`ended with ${code} during "${results.current ?? 'its set-up'}"\n${logTail()}`);
  }
  // A suite that fails beside its tests (an unhandled rejection after the last one) has failed as well.
  if (code !== 0 && failures.length === 0) failures.push(`ended with ${code} after its tests\n${logTail()}`);
  return {
    ...common,
    passed: results.passed,
    failed: failures.length,
    skipped: results.skipped,
    failures,
    ok: failures.length === 0,
  };
}

/**
 * Runs a step in a process group of its own; its output goes to test-artifacts/logs/NAME.log, and to the terminal when
 * `live`.
 *
 * @returns {Promise<Outcome>}
 */
export async function runStep(step, { root, live }) {
  if (step.files && globSync(step.files, { cwd: root }).length === 0) {
    return skippedStep(step, `there is no ${step.files}`);
  }
  const logs = join(root, 'test-artifacts', 'logs');
  mkdirSync(logs, { recursive: true });
  const logFile = join(logs, `${step.name}.log`);
  const resultsFile = join(logs, `${step.name}.json`);
  rmSync(resultsFile, { force: true });
  const log = createWriteStream(logFile);
  const started = Date.now();
  const path = `${join(root, 'node_modules', '.bin')}${delimiter}${process.env.PATH ?? ''}`;
  const child = spawn(step.command, step.args, {
    cwd: root,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, PATH: path, SYNCLINE_TEST_RESULTS: resultsFile },
  });
  const pid = child.pid;
  if (pid) groups.add(pid);
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      log.write(chunk);
      if (live) process.stdout.write(chunk);
    });
  }
  const giveUp = (reason) => {
    log.write(`\nEnded: ${reason}.\n`);
    if (pid) endGroup(pid, 'SIGKILL');
  };
  const timers = [
    setTimeout(() => giveUp(`it took longer than ${step.minutes} minutes`), step.minutes * 60_000),
  ];
  // Something that a test left open keeps the process alive for good.
  const watch = setInterval(() => {
    if (!readResults(resultsFile)?.finished) return;
    clearInterval(watch);
    timers.push(setTimeout(() => giveUp(`it still ran ${LINGER} s after its last test`), LINGER * 1000));
  }, 1000);
  // The output ends after the process, once nothing that it left behind holds the pipes any more.
  const closed = new Promise((resolve) => child.once('close', resolve));
  const code = await new Promise((resolve) => {
    child.on('error', (error) => {
      log.write(`${error.message}\n`);
      resolve(127);
    });
    child.on('exit', (exitCode, signal) => resolve(exitCode ?? signal));
  });
  timers.forEach(clearTimeout);
  clearInterval(watch);
  if (pid) {
    await endLeftovers(pid);
    groups.delete(pid);
  }
  await closed;
  await new Promise((resolve) => log.end(resolve));
  const logTail = () => readFileSync(logFile, 'utf8').slice(-6000).trimEnd();
  return outcomeOf(step, code, (Date.now() - started) / 1000, readResults(resultsFile), logTail);
}
