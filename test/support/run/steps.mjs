/**
 * The steps of `npm test`, in order.
 *
 * @typedef {object} Step
 * @property {string} name
 * @property {string} command An executable of node_modules/.bin.
 * @property {string[]} args
 * @property {string[]} [after] Steps that must have passed first.
 * @property {boolean} [alone] Nothing else runs meanwhile: it drives a real editor on a small machine.
 * @property {boolean} [suite] It writes its counts to the file named by SYNCLINE_TEST_RESULTS.
 * @property {boolean} [preparation] It counts for nothing by itself and runs when another step needs it.
 * @property {string} [files] Without a file that matches, the step is skipped.
 * @property {number} minutes It is ended after this long.
 */

const reporter = 'test/support/run/reporter.ts';

/** A mocha suite of TypeScript files that Node runs as they are. */
const mocha = (folder) => ({
  command: 'mocha',
  args: ['--reporter', reporter, `test/${folder}/**/*.test.ts`],
  files: `test/${folder}/**/*.test.ts`,
  suite: true,
});

/** @type {Step[]} */
export const steps = [
  {
    name: 'workbench',
    command: 'node',
    args: ['test/support/vscode/prepare.ts'],
    preparation: true,
    minutes: 20,
  },
  { name: 'types', command: 'npm', args: ['run', '--silent', 'check:types'], minutes: 5 },
  { name: 'build', command: 'node', args: ['esbuild.mjs'], minutes: 5 },
  { name: 'unit', ...mocha('unit'), minutes: 10 },
  { name: 'lint', command: 'npm', args: ['run', '--silent', 'check:lint'], minutes: 10 },
  { name: 'format', command: 'npm', args: ['run', '--silent', 'check:format'], minutes: 5 },
  { name: 'integration', ...mocha('integration'), after: ['build'], minutes: 45 },
  { name: 'faults', ...mocha('faults'), minutes: 10 },
  {
    name: 'extension',
    command: 'node',
    args: ['test/support/vscode/run-extension-suite.ts'],
    after: ['build', 'workbench'],
    alone: true,
    suite: true,
    minutes: 15,
  },
  { name: 'ui', ...mocha('ui'), after: ['build', 'workbench'], alone: true, minutes: 30 },
  { name: 'vsix', ...mocha('vsix'), after: ['build', 'workbench'], alone: true, minutes: 15 },
];
