import assert from 'node:assert/strict';
import Sqlite from 'better-sqlite3';
import { readFileSync, writeFileSync } from 'node:fs';
import * as vscode from 'vscode';
import type { ErrorCode } from '../../src/core/errors.ts';
import type { SynclineApi } from '../../src/vscode/exported-api.ts';
import { eventually } from '../support/eventually.ts';
import { skip } from '../support/skip.ts';
import {
  databasePath,
  sandboxAccess,
  synclineApi,
  workspaceFile,
  workspaceText,
  type SandboxAccess,
} from './support/sandbox.ts';

const refused = (code: ErrorCode) => (error: unknown) => {
  assert.ok(error instanceof Error && 'code' in error);
  assert.equal(error.code, code);
  return true;
};

describe('The exported API, against a sandbox', function () {
  this.timeout(120_000);
  let api: SynclineApi;
  let sandbox: SandboxAccess;

  before(async function () {
    const access = sandboxAccess();
    if (access === undefined) return skip(this, 'no sandbox was started beside the extension host');
    sandbox = access;
    api = await synclineApi();
  });

  it('asks for a connection before it pulls', async () => {
    await assert.rejects(api.syncFromProductionToLocal(), refused('CONFIG_NOT_FOUND'));
  });

  it('connects: the address goes to syncline.json, the key does not', async () => {
    await api.connect({
      target: 'production',
      credentials: { supabaseUrl: sandbox.url, supabaseKey: sandbox.secretKey },
    });
    assert.ok(workspaceText().includes(sandbox.url));
    assert.ok(!workspaceText().includes(sandbox.secretKey));
  });

  it('pulls production into the local database, anonymized', async () => {
    const report = await api.syncFromProductionToLocal();
    assert.equal(report.masked, true);
    assert.ok(report.totals.maskedColumns > 0);
    const local = new Sqlite(databasePath(), { readonly: true });
    try {
      assert.equal(local.prepare('SELECT count(*) FROM users').pluck().get(), sandbox.members);
      assert.deepEqual(local.pragma('foreign_key_check'), []);
    } finally {
      local.close();
    }
  });

  it('refuses a second pull while one is under way', async () => {
    const outcomes = await Promise.allSettled([
      api.syncFromProductionToLocal(),
      api.syncFromProductionToLocal(),
    ]);
    const [refusal, ...others] = outcomes.filter(({ status }) => status === 'rejected');
    assert.equal(others.length, 0);
    assert.ok(refusal?.status === 'rejected' && refused('RUN_IN_PROGRESS')(refusal.reason));
  });

  it('finds nothing that has drifted', async () => {
    const tables = await api.createDataDriftReport();
    assert.ok(tables.length > 5);
    assert.deepEqual(
      tables.filter(({ drift }) => drift !== 'in-step').map(({ table, drift }) => `${table}: ${drift}`),
      [],
    );
  });

  it('does not replace local edits unasked, and says how many there are', async () => {
    const local = new Sqlite(databasePath());
    local.exec("UPDATE messages SET body = 'mine' WHERE id = (SELECT max(id) FROM messages)");
    local.close();
    await assert.rejects(api.syncFromProductionToLocal(), (error: unknown) => {
      assert.ok(error instanceof Error && 'details' in error);
      assert.ok(typeof error.details === 'object' && error.details !== null && 'edits' in error.details);
      return refused('LOCAL_EDITS')(error);
    });
    const report = await api.syncFromProductionToLocal({ replaceLocalEdits: true });
    assert.ok(report.local.replacedEdits >= 1);
    assert.ok(report.local.backup !== undefined);
  });

  it('gives the key to no other URL than the one it was entered for', async () => {
    const before = workspaceText();
    const database = readFileSync(databasePath());
    writeFileSync(workspaceFile().fsPath, before.replace(sandbox.url, 'https://elsewhere.example.org'));
    await eventually('the refusal', () =>
      api.createDataDriftReport().then(
        () => undefined,
        (error: unknown) => ('code' in (error as object) ? refused('CREDENTIALS_MISSING')(error) : undefined),
      ),
    );
    assert.ok(readFileSync(databasePath()).equals(database));
    writeFileSync(workspaceFile().fsPath, before);
    await eventually('the connection', () => api.createDataDriftReport().catch(() => undefined));
  });

  it('refuses a target that syncline.json does not name', async () => {
    await assert.rejects(api.createDataDriftReport({ target: 'staging' }), refused('TARGET_UNKNOWN'));
  });

  it('underlines a mistake in syncline.json where it stands, until it is corrected', async () => {
    const before = workspaceText();
    writeFileSync(workspaceFile().fsPath, before.replace('"protected": true', '"protected": "yes"'));
    const [diagnostic] = await eventually('a diagnostic', () => {
      const own = vscode.languages
        .getDiagnostics(workspaceFile())
        .filter(({ source }) => source === 'Syncline');
      return own.length > 0 ? own : undefined;
    });
    assert.equal(diagnostic?.code, 'CONFIG_INVALID');
    const document = await vscode.workspace.openTextDocument(workspaceFile());
    assert.equal(document.getText(diagnostic.range), '"protected"');
    await assert.rejects(api.syncFromProductionToLocal(), refused('CONFIG_INVALID'));

    writeFileSync(workspaceFile().fsPath, before);
    await eventually('the end of the diagnostic', () =>
      vscode.languages.getDiagnostics(workspaceFile()).every(({ source }) => source !== 'Syncline')
        ? true
        : undefined,
    );
  });
});
