/** Mocha's own "spec" output, and beside it the results as JSON in the file named by SYNCLINE_TEST_RESULTS. */
import Mocha from 'mocha';
import { recordResults } from './results.ts';

export default class SpecAndResults extends Mocha.reporters.Spec {
  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    const file = process.env['SYNCLINE_TEST_RESULTS'];
    if (file !== undefined) recordResults(runner, file);
  }
}
