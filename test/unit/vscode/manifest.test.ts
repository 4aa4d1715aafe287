import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../../support/vscode/paths.ts';

interface Menu {
  readonly command: string;
  readonly when: string;
}

interface Manifest {
  readonly icon: string;
  readonly contributes: {
    readonly commands: readonly { command: string; title: string; category: string; icon?: string }[];
    readonly menus: Readonly<Record<string, readonly Menu[]>>;
    readonly colors: readonly { id: string; defaults: Readonly<Record<string, string>> }[];
    readonly viewsContainers: { activitybar: readonly { icon: string }[] };
    readonly jsonValidation: readonly { url: string }[];
    readonly configuration: { properties: Readonly<Record<string, unknown>> };
    readonly walkthroughs: readonly { steps: readonly { media: { markdown: string } }[] }[];
  };
  readonly capabilities: { untrustedWorkspaces: { restrictedConfigurations: readonly string[] } };
}

const text = (path: string) => readFileSync(join(projectRoot, path), 'utf8');
const manifestText = text('package.json');
const manifest = JSON.parse(manifestText) as Manifest;
const { contributes } = manifest;
const sources = globSync('src/vscode/**/*.ts', { cwd: projectRoot }).map(text).join('\n');

describe('the manifest', () => {
  it('gives every command a title, the category, and a handler', () => {
    for (const { command, title, category } of contributes.commands) {
      assert.ok(title.length > 0 && category === 'Syncline', command);
      assert.ok(sources.includes(`'${command}': `), `${command} has no handler`);
    }
  });

  it('contributes every command that is registered', () => {
    const handlers = text('src/vscode/commands/register-commands.ts');
    const registered = [...handlers.matchAll(/^ {4}'(syncline\.\w+)': /gm)].map(([, name]) => name);
    assert.deepEqual(registered.toSorted(), contributes.commands.map(({ command }) => command).toSorted());
  });

  it('has only commands in its menus that exist, with icons where there is no room for words', () => {
    const commands = new Map(contributes.commands.map((command) => [command.command, command]));
    for (const items of Object.values(contributes.menus)) {
      for (const { command, group } of items as readonly (Menu & { group: string })[]) {
        assert.ok(commands.has(command), command);
        if (/^(inline|navigation)/.test(group))
          assert.ok(commands.get(command)?.icon, `${command} needs an icon`);
      }
    }
  });

  it('asks only for context keys and node kinds that are set', () => {
    const whens = [...manifestText.matchAll(/"(?:when|enablement)": "([^"]+)"/g)].map(
      ([, when]) => when ?? '',
    );
    const keys = new Set(whens.flatMap((when) => when.match(/\bsyncline\.(?!tables\b)\w+/g) ?? []));
    for (const key of keys) assert.ok(sources.includes(`'${key}'`), `${key} is never set`);
    const kinds = new Set(
      whens.flatMap((when) => [...when.matchAll(/viewItem == ([\w.]+)/g)].map(([, kind]) => kind ?? '')),
    );
    for (const kind of kinds) assert.ok(sources.includes(`'${kind}'`), `no node is a ${kind}`);
  });

  it('contributes every colour that is used, for every kind of theme', () => {
    const used = new Set(sources.match(/'syncline\.\w+Foreground'/g)?.map((quoted) => quoted.slice(1, -1)));
    assert.deepEqual([...used].sort(), contributes.colors.map(({ id }) => id).toSorted());
    for (const { id, defaults } of contributes.colors) {
      assert.deepEqual(
        Object.keys(defaults).sort(),
        ['dark', 'highContrast', 'highContrastLight', 'light'],
        id,
      );
    }
  });

  it('translates exactly the texts that it names', () => {
    const named = new Set([...manifestText.matchAll(/"%([\w.]+)%"/g)].map(([, key]) => key));
    const texts = Object.keys(JSON.parse(text('package.nls.json')) as object);
    assert.deepEqual([...named].toSorted(), texts.toSorted());
  });

  it('names files that exist', () => {
    const files = [
      manifest.icon,
      ...contributes.viewsContainers.activitybar.map(({ icon }) => icon),
      ...contributes.jsonValidation.map(({ url }) => url),
      ...contributes.walkthroughs.flatMap(({ steps }) => steps.map(({ media }) => media.markdown)),
    ];
    for (const file of files) assert.ok(existsSync(join(projectRoot, file)), file);
  });

  it('lets no untrusted workspace change a setting', () => {
    const settings = Object.keys(contributes.configuration.properties);
    assert.deepEqual(manifest.capabilities.untrustedWorkspaces.restrictedConfigurations, settings);
  });
});
