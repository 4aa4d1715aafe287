import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { WorkspaceStatus } from '../../src/engine/workspace-status.ts';
import { createEngineClient } from '../../src/worker/thread-client.ts';
import type { SessionState } from '../../src/vscode/session/session-state.ts';
import { treeItem } from '../../src/vscode/tree/tree-item.ts';
import {
  columnNodes,
  targetNodes,
  type TableNode,
  type TargetNode,
} from '../../src/vscode/tree/tree-nodes.ts';
import { parseTableUri, tableUri, targetUri } from '../../src/vscode/tree/table-uri.ts';
import { skip } from '../support/skip.ts';
import { sandboxAccess } from './support/sandbox.ts';

describe('The tree, of what the engine says about a sandbox', function () {
  this.timeout(60_000);
  const folder = mkdtempSync(join(tmpdir(), 'syncline-tree-'));
  const extension = vscode.extensions.getExtension('syncline.syncline');
  let state: SessionState;
  let root: TargetNode;

  before(async function () {
    const sandbox = sandboxAccess();
    if (sandbox === undefined) return skip(this, 'no sandbox was started beside the extension host');
    const workerPath = join(extension?.extensionPath ?? '', 'dist', 'worker.cjs');
    const engine = createEngineClient({ workerPath, log: () => undefined });
    const workspace = { local: { path: 'dev.db' }, targets: { 'pro/duction': { supabaseUrl: sandbox.url } } };
    writeFileSync(join(folder, 'syncline.json'), JSON.stringify(workspace));
    const credentials = { supabaseUrl: sandbox.url, supabaseKey: sandbox.secretKey };
    const status: WorkspaceStatus = await engine.call('status', { folder, credentials });
    await engine.dispose();
    state = {
      phase: 'ready',
      entries: [],
      status,
      connections: new Map([['pro/duction', { state: 'connected' }]]),
    };
    const [only] = targetNodes(state);
    assert.ok(only);
    root = only;
  });

  after(() => rmSync(folder, { recursive: true, force: true }));

  const tableNode = (name: string): TableNode => {
    const found = root.tables.find(({ status }) => status.table === name);
    assert.ok(found, name);
    return found;
  };

  it('has the target at its root, protected unless it says otherwise', () => {
    const item = treeItem(root, state, Date.now());
    assert.equal(item.label, 'pro/duction');
    assert.match(String(item.description), /^127\.0\.0\.1:\d+$/);
    assert.equal(item.contextValue, 'target.connected');
    assert.equal((item.iconPath as vscode.ThemeIcon).id, 'shield');
    assert.match(item.accessibilityInformation?.label ?? '', /protected target/);
  });

  it('has every table below it, by name, each not pulled yet', () => {
    const names = root.tables.map(({ status }) => status.table);
    assert.ok(
      ['users', 'sections', 'activities', 'documents', 'messages', 'order'].every((name) =>
        names.includes(name),
      ),
    );
    for (const node of root.tables) {
      const item = treeItem(node, state, Date.now());
      assert.equal(item.label, node.status.table);
      assert.match(String(item.description), /not pulled yet$/);
      assert.equal(item.contextValue, 'table.connected');
      assert.equal(item.tooltip, undefined, 'tooltips are made when they are asked for');
      assert.equal(item.collapsibleState, vscode.TreeItemCollapsibleState.Collapsed);
    }
  });

  it('has every column below its table, with its type, key and reference', () => {
    const users = tableNode('users');
    const items = columnNodes(users).map((node) => treeItem(node, state, Date.now()));
    const byName = new Map(items.map((item) => [item.label, item]));
    assert.equal((byName.get('id')?.iconPath as vscode.ThemeIcon).id, 'key');
    assert.match(String(byName.get('section_id')?.description), /→ sections/);
    assert.equal(byName.get('first_name')?.description, 'varchar(60)');
  });

  it('gives every node an id of its own', () => {
    const ids = [root, ...root.tables, ...root.tables.flatMap(columnNodes)].map(({ id }) => id);
    assert.equal(new Set(ids).size, ids.length);
  });

  it('shows nothing where the welcome view speaks', () => {
    for (const phase of ['loading', 'unconfigured', 'disconnected', 'failed', 'untrusted'] as const) {
      assert.deepEqual(targetNodes({ ...state, phase }), []);
    }
  });

  it('finds the names in its resources again, whatever they are', () => {
    for (const name of ['users', 'a/b', 'naïve %2F "x"', '🏕️', 'auth.users', '#?&']) {
      assert.deepEqual(parseTableUri(vscode.Uri.parse(tableUri(name, name).toString())), {
        target: name,
        table: name,
      });
      assert.deepEqual(parseTableUri(targetUri(name)), { target: name });
    }
    assert.equal(parseTableUri(vscode.Uri.file('/users')), undefined);
  });
});
