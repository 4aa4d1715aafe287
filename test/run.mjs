/**
 * `npm test`: every check and suite, two at a time where they do not disturb each other.
 *
 *   npm test                          everything
 *   npm test -- --only unit,lint      these steps, with their output as it comes when it is one
 *   npm test -- --list                the names of the steps
 *
 * CI=true turns a suite skipped for a missing tool into a failure. Logs and screenshots are left in test-artifacts/.
 */
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { blockedStep, endAll, runStep, skippedStep } from './support/run/run-step.mjs';
import { steps } from './support/run/steps.mjs';
import { summarize } from './support/run/summary.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const { values } = parseArgs({ options: { only: { type: 'string' }, list: { type: 'boolean' } } });

if (values.list) {
  console.log(steps.map(({ name }) => name).join('\n'));
  process.exit(0);
}

/** The chosen steps, and the steps they cannot do without. */
function choose(only) {
  if (only === undefined) return steps;
  const names = only.split(',').map((name) => name.trim());
  const unknown = names.filter((name) => !steps.some((step) => step.name === name));
  if (unknown.length > 0) {
    console.error(
      `No step is called ${unknown.join(', ')}; there are ${steps.map((s) => s.name).join(', ')}.`,
    );
    process.exit(1);
  }
  const wanted = new Set(names);
  for (const step of steps.toReversed()) {
    if (wanted.has(step.name)) for (const name of step.after ?? []) wanted.add(name);
  }
  return steps.filter(({ name }) => wanted.has(name));
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    endAll();
    process.exit(130);
  });
}
process.on('exit', endAll);

const chosen = choose(values.only);
const live = values.only !== undefined && !values.only.includes(',');
const outcomes = new Map();
const running = new Map();

/** Why a step cannot run any more, if it cannot. */
function obstacle(step) {
  const failed = (step.after ?? []).find((name) => outcomes.get(name)?.ok === false);
  return failed && `"${failed}" failed`;
}

/** True when all that is in the way is a tool that this machine lacks, and this is not CI. */
function toolIsMissing(step) {
  const failed = (step.after ?? []).map((name) => outcomes.get(name)).filter((outcome) => !outcome.ok);
  return process.env.CI !== 'true' && failed.every((outcome) => outcome.failed === 0);
}

function isReady(step) {
  if (outcomes.has(step.name) || running.has(step.name)) return false;
  if ((step.after ?? []).some((name) => !outcomes.has(name))) return false;
  if ([...running.keys()].some((name) => steps.find((other) => other.name === name)?.alone)) return false;
  return step.alone ? running.size === 0 : running.size < 2;
}

function finish(step, outcome) {
  outcomes.set(step.name, outcome);
  const counts = `${outcome.passed} passed, ${outcome.failed} failed, ${outcome.skipped.length} skipped`;
  const note = step.suite ? `  ${counts}` : '';
  console.log(`${outcome.ok ? 'ok    ' : 'FAILED'}  ${step.name}  ${outcome.seconds.toFixed(1)} s${note}`);
  for (const failure of outcome.failures) console.log(`\n${failure.replace(/^/gm, '    ')}\n`);
}

for (;;) {
  for (const step of chosen) {
    if (!isReady(step)) continue;
    const reason = obstacle(step);
    if (reason) {
      finish(step, toolIsMissing(step) ? skippedStep(step, reason) : blockedStep(step, reason));
      continue;
    }
    running.set(
      step.name,
      runStep(step, { root, live: live && step.name === values.only }).then((outcome) => {
        running.delete(step.name);
        finish(step, outcome);
      }),
    );
  }
  if (running.size === 0) break;
  await Promise.race(running.values());
}

const ordered = chosen.map(({ name }) => outcomes.get(name));
if (process.env.CI === 'true') {
  for (const outcome of ordered) if (!outcome.ok && outcome.failed === 0) outcome.failed = 1;
}
const passed = ordered.reduce((sum, outcome) => sum + outcome.passed, 0);
const failed = ordered.reduce((sum, outcome) => sum + outcome.failed, 0);
console.log(`\n${summarize(ordered)}\n`);
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
