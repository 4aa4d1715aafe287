import assert from 'node:assert/strict';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import * as vscode from 'vscode';

/** Opens a database in memory with the driver that lies beside the extension. */
const QUERY = `
  const { createRequire } = require('node:module');
  const { parentPort, workerData } = require('node:worker_threads');
  const Database = createRequire(workerData)('better-sqlite3');
  const database = new Database(':memory:');
  const row = database.prepare('SELECT 9007199254740993 AS n').safeIntegers(true).get();
  database.close();
  parentPort.postMessage(row.n);
`;

describe('better-sqlite3 in the extension host @smoke', () => {
  it('finds a Node-API that it can be loaded by', () => {
    assert.ok(Number(process.versions['napi']) >= 10, `Node-API is ${process.versions['napi'] ?? 'unknown'}`);
  });

  it('loads in a worker thread from the extension’s own folder', async () => {
    const extension = vscode.extensions.getExtension('syncline.syncline');
    assert.ok(extension);
    const worker = new Worker(QUERY, {
      eval: true,
      workerData: join(extension.extensionPath, 'dist', 'extension.cjs'),
    });
    const answer = await new Promise<unknown>((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
      worker.once('exit', (code) => reject(new Error(`the worker ended with ${code}`)));
    });
    assert.equal(answer, 9007199254740993n);
  });
});
