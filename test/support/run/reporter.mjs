/**
 * Mocha's own "spec" output, and beside it the counts, failures and skipped tests as JSON in the file named by
 * SYNCLINE_TEST_RESULTS.
 */
import { writeFileSync } from 'node:fs';
import Mocha from 'mocha';

const { Spec } = Mocha.reporters;

/** Why a test was skipped: noted by test/support/skip.ts on the test or on a suite around it. */
function skipReason(test) {
  for (let node = test; node; node = node.parent) if (node.skipReason) return node.skipReason;
  return undefined;
}

export default class SpecAndResults extends Spec {
  constructor(runner, options) {
    super(runner, options);
    const results = { passed: 0, failures: [], skipped: [] };
    runner.on('pass', () => results.passed++);
    runner.on('fail', (test, error) =>
      results.failures.push({ title: test.fullTitle(), message: error.message, stack: error.stack }),
    );
    runner.on('pending', (test) =>
      results.skipped.push({ title: test.fullTitle(), reason: skipReason(test) ?? 'no reason given' }),
    );
    runner.once('end', () => {
      const file = process.env['SYNCLINE_TEST_RESULTS'];
      if (file) writeFileSync(file, JSON.stringify(results));
    });
  }
}
