import { MissingTool } from './vscode/missing-tool.ts';

/**
 * Skips the test, or from a `before` hook its whole suite, and says why in the summary of `npm test`.
 * A missing tool is a reason on a developer's machine only: with CI=true it fails the suite.
 */
export function skip(context: Mocha.Context, reason: string, kind: 'tool' | 'data' = 'data'): never {
  if (kind === 'tool' && process.env['CI'] === 'true') throw new Error(`CI must not go without: ${reason}`);
  const runnable = context.test;
  const isHook = runnable !== undefined && 'type' in runnable && runnable.type === 'hook';
  const owner: object | undefined = isHook ? runnable.parent : runnable;
  if (owner) Object.assign(owner, { skipReason: reason });
  return context.skip();
}

/** The result of `work`; skips when it needs a tool that this machine lacks. */
export async function skipWithout<T>(context: Mocha.Context, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof MissingTool) skip(context, error.message, 'tool');
    throw error;
  }
}
