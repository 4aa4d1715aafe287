import { runCommand, findExecutable } from './command.ts';
import { MissingTool } from './missing-tool.ts';

let updated: Promise<string> | undefined;

/**
 * Installs Debian packages, when this is Debian and we may.
 * @throws MissingTool naming what to install by hand otherwise.
 */
export async function installSystemPackages(
  packages: readonly string[],
  progress: (line: string) => void,
): Promise<void> {
  const byHand = `install by hand: apt-get install ${packages.join(' ')}`;
  if (process.getuid?.() !== 0 || findExecutable('apt-get') === undefined) {
    throw new MissingTool(`${packages.join(', ')} missing, and not root on Debian; ${byHand}`);
  }
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  progress(`apt-get install ${packages.join(' ')}`);
  try {
    updated ??= runCommand('apt-get', ['update', '-q'], { env });
    await updated;
    const wait = ['-o', 'DPkg::Lock::Timeout=300'];
    await runCommand('apt-get', [...wait, 'install', '-y', '-q', '--no-install-recommends', ...packages], {
      env,
    });
  } catch (error) {
    throw new MissingTool(`${byHand} (${error instanceof Error ? error.message : String(error)})`);
  }
}
