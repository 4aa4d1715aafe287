import { writeFileSync } from 'node:fs';

/** A suite in the extension host prints this first: what came before is the workbench's own. */
export const SUITE_STARTS = 'The suite starts.';

/** What came of a mocha suite. */
export interface SuiteResults {
  readonly passed: number;
  readonly failures: readonly Failure[];
  readonly skipped: readonly Skipped[];
  /** False when the process ended, or hung, in the middle. */
  readonly finished: boolean;
  /** The test that was running when the suite was last heard of. */
  readonly current?: string;
}

interface Failure {
  readonly title: string;
  readonly message: string;
  readonly stack?: string;
}

interface Skipped {
  readonly title: string;
  readonly reason: string;
}

/** Why a test was skipped: noted by test/support/skip.ts on the test or on a suite around it. */
function skipReason(test: Mocha.Test): string {
  for (let node: Mocha.Test | Mocha.Suite | undefined = test; node; node = node.parent) {
    if ('skipReason' in node && typeof node.skipReason === 'string') return node.skipReason;
  }
  return 'no reason given';
}

/** Keeps `file` up to date with the results of the run, from its start to its end. */
export function recordResults(runner: Mocha.Runner, file: string): void {
  let passed = 0;
  const failures: Failure[] = [];
  const skipped: Skipped[] = [];
  const write = (finished: boolean, current?: string) => {
    const results: SuiteResults = {
      passed,
      failures,
      skipped,
      finished,
      ...(current === undefined ? {} : { current }),
    };
    writeFileSync(file, JSON.stringify(results));
  };
  write(false);
  runner.on('test', (test) => write(false, test.fullTitle()));
  runner.on('pass', () => {
    passed += 1;
  });
  runner.on('fail', (test, thrown: unknown) => {
    const error = thrown instanceof Error ? thrown : new Error(String(thrown));
    const stack = error.stack === undefined ? {} : { stack: error.stack };
    failures.push({ title: test.fullTitle(), message: error.message, ...stack });
  });
  runner.on('pending', (test) => {
    skipped.push({ title: test.fullTitle(), reason: skipReason(test) });
  });
  runner.once('end', () => write(true));
}
