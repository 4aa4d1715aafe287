/** A tool that a suite needs cannot be had on this machine: the suite is skipped, saying so; in CI that is a failure. */
export class MissingTool extends Error {
  override readonly name = 'MissingTool';
}
