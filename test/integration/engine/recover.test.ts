import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pull } from '../../../src/engine/pull.ts';
import { recover } from '../../../src/engine/recover.ts';
import { expectError } from '../../support/expect-error.ts';
import { fakeProduction } from '../../support/fake-production.ts';
import { scoutTables } from '../../support/scout-tables.ts';
import { bytesOf, dump, execute, query } from '../../support/sqlite-files.ts';
import { temporaryFolders } from '../../support/temporary-folder.ts';
import { KEY, OTHER_KEY, testWorkspace, type TestWorkspace } from '../../support/test-workspace.ts';

type Call = readonly [object: 'ledger' | 'local', method: string, when: 'before' | 'after'];

/** The calls of a pull, and which database a crash there leaves. */
const CRASHES: readonly (readonly [call: Call, database: 'old' | 'new'])[] = [
  [['ledger', 'begin', 'after'], 'old'],
  [['local', 'checkWritable', 'after'], 'old'],
  [['local', 'backup', 'before'], 'old'],
  [['local', 'backup', 'after'], 'old'],
  [['local', 'createStage', 'after'], 'old'],
  [['local', 'switchTo', 'before'], 'old'],
  [['ledger', 'prepare', 'before'], 'old'],
  [['ledger', 'prepare', 'after'], 'old'],
  [['local', 'switchTo', 'after'], 'new'],
  [['ledger', 'complete', 'before'], 'new'],
];

describe('after a crash', () => {
  const folder = temporaryFolders();

  /** A pull whose process dies at a call: nothing that comes after it happens. */
  async function crash(workspace: TestWorkspace, [object, method, when]: Call): Promise<void> {
    let dead = false;
    const mortal = <Port extends object>(port: Port, name: Call[0]): Port =>
      new Proxy(port, {
        get(target, property, receiver) {
          const value: unknown = Reflect.get(target, property, receiver);
          if (typeof value !== 'function') return value;
          return (...parameters: unknown[]): unknown => {
            if (dead && property !== 'close') throw new Error('dead');
            const here = name === object && property === method;
            const die = (): never => {
              dead = true;
              throw new Error('dead');
            };
            if (here && when === 'before') die();
            const result: unknown = Reflect.apply(value, target, parameters);
            if (!here) return result;
            return result instanceof Promise ? result.then(die) : die();
          };
        },
      });
    await workspace.open((context) =>
      pull(
        { ...context, ledger: mortal(context.ledger, 'ledger'), local: mortal(context.local, 'local') },
        {
          production: fakeProduction(scoutTables()),
          maskingKey: OTHER_KEY,
          replaceLocalEdits: false,
          signal: new AbortController().signal,
          onProgress: () => undefined,
        },
        // Nobody is there any more to hear how it ended.
      ).catch(() => undefined),
    );
    assert.ok(dead, 'the pull got as far as its crash');
  }

  async function contentOf(key: typeof KEY): Promise<string> {
    const workspace = testWorkspace(folder());
    await workspace.pull(fakeProduction(scoutTables()), { maskingKey: key });
    return dump(workspace.database);
  }

  for (const mode of ['new', 'DELETE', 'WAL'] as const) {
    describe(mode === 'new' ? 'of a first pull' : `of a pull into a database in ${mode} mode`, () => {
      for (const [call, database] of CRASHES) {
        if (mode === 'new' && ['checkWritable', 'backup'].includes(call[1])) continue;

        it(`${call[2]} ${call[0]}.${call[1]}, the next start finds the ${database} one and says so`, async () => {
          const workspace = testWorkspace(folder());
          if (mode !== 'new') {
            await workspace.pull(fakeProduction(scoutTables()));
            execute(workspace.database, `PRAGMA journal_mode = ${mode}`);
          }
          await crash(workspace, call);
          const recovery = await workspace.recover();
          assert.equal(recovery?.database, database);
          assert.match(recovery.message, new RegExp(`the local database is the ${database} one`));
          assert.ok(workspace.log.some((line) => line.includes(recovery.message)));
          if (database === 'new') assert.equal(dump(workspace.database), await contentOf(OTHER_KEY));
          else if (mode === 'new') assert.equal(existsSync(workspace.database), false);
          else assert.equal(dump(workspace.database), await contentOf(KEY));

          assert.equal(await workspace.recover(), undefined, 'it is said once');
          const { pulledAt, tables } = await workspace.status();
          assert.equal(pulledAt !== undefined, database === 'new' || mode !== 'new');
          assert.deepEqual(
            [...new Set(tables.map(({ drift }) => drift))],
            pulledAt === undefined ? [] : ['in-step'],
          );
          await workspace.pull(fakeProduction(scoutTables()));
          assert.equal(dump(workspace.database), await contentOf(KEY));
          const bases = join(workspace.folder, '.syncline', 'base');
          const needed = await workspace.open(({ ledger }) => ledger.neededBases());
          assert.deepEqual(
            readdirSync(bases)
              .map((name) => join(bases, name))
              .sort(),
            [...needed].sort(),
            'nothing is left over',
          );
        });
      }

      it('after a crash of the last word to the ledger, there is nothing to settle', async () => {
        const workspace = testWorkspace(folder());
        await crash(workspace, ['ledger', 'complete', 'after']);
        assert.equal(await workspace.recover(), undefined);
        assert.equal((await workspace.status()).tables[0]?.drift, 'in-step');
      });
    });
  }

  it('counts the edits that were made before the next start', async () => {
    const workspace = testWorkspace(folder());
    await crash(workspace, ['ledger', 'complete', 'before']);
    execute(workspace.database, `UPDATE sections SET name = 'x' WHERE id = 1`);
    await expectError('LOCAL_EDITS', () => workspace.pull(fakeProduction(scoutTables())));
  });

  it('takes a database that was altered in the meantime for what it is', async () => {
    for (const [call, database] of [
      [['ledger', 'prepare', 'after'], 'old'],
      [['local', 'switchTo', 'after'], 'new'],
    ] as const) {
      const workspace = testWorkspace(folder());
      await workspace.pull(fakeProduction(scoutTables()));
      await crash(workspace, call);
      for (let table = 0; table < 20; table += 1)
        execute(workspace.database, `CREATE TABLE mine_${table} (a)`);
      assert.equal((await workspace.recover())?.database, database);
    }
  });

  it('is not misled when the schema cookie comes near the end of its numbers', async () => {
    for (const [call, database] of [
      [['ledger', 'prepare', 'after'], 'old'],
      [['local', 'switchTo', 'after'], 'new'],
    ] as const) {
      const workspace = testWorkspace(folder());
      await workspace.pull(fakeProduction(scoutTables()));
      execute(workspace.database, `PRAGMA schema_version = ${0x7fff_0000 - 100}`);
      await crash(workspace, call);
      assert.equal((await workspace.recover())?.database, database);
    }
  });

  it('is not misled by a database that an app made itself where none was', async () => {
    const workspace = testWorkspace(folder());
    await crash(workspace, ['ledger', 'prepare', 'after']);
    execute(workspace.database, 'CREATE TABLE mine (a)');
    assert.equal((await workspace.recover())?.database, 'old');
    assert.deepEqual(query(workspace.database, 'SELECT * FROM mine'), []);
  });

  it('settles a run whose database is gone or is none any more', async () => {
    for (const spoil of [
      (path: string) => rmSync(path),
      (path: string) => writeFileSync(path, 'not a database, and long enough to be looked at as one'),
    ]) {
      const workspace = testWorkspace(folder());
      await workspace.pull(fakeProduction(scoutTables()));
      await crash(workspace, ['ledger', 'prepare', 'after']);
      spoil(workspace.database);
      workspace.configure({ local: { path: './other.db' } });
      assert.equal((await workspace.recover())?.database, 'old');
    }
  });

  it('works in a workspace that was moved', async () => {
    const at = folder();
    mkdirSync(join(at, 'from'));
    const before = testWorkspace(join(at, 'from'));
    await before.pull(fakeProduction(scoutTables()));
    await crash(before, ['local', 'switchTo', 'after']);
    renameSync(join(at, 'from'), join(at, 'to'));
    const after = testWorkspace(join(at, 'to'));
    assert.equal((await after.recover())?.database, 'new');
    assert.deepEqual([...new Set((await after.status()).tables.map(({ drift }) => drift))], ['in-step']);
    execute(after.database, `UPDATE sections SET name = 'x' WHERE id = 1`);
    const sections = (await after.status()).tables.find(({ table }) => table === 'sections');
    assert.deepEqual(sections?.local, { inserted: 0, updated: 1, deleted: 0 });
  });

  it('deletes what nobody needs, and keeps what a target needs', async () => {
    const workspace = testWorkspace(folder(), { targets: { production: {}, staging: {} } });
    await workspace.pull(fakeProduction(scoutTables()));
    await workspace.pull(fakeProduction(scoutTables()), { target: 'staging' });
    const bases = join(workspace.folder, '.syncline', 'base');
    writeFileSync(join(bases, 'left-over.db'), 'x');
    await workspace.open((context) => recover(context));
    assert.equal(readdirSync(bases).length, 2);
  });

  it('is as it was when the ledger cannot take the outcome', async () => {
    const workspace = testWorkspace(folder());
    await workspace.pull(fakeProduction(scoutTables()));
    const before = bytesOf(workspace.database);
    await workspace.open(async (context) => {
      const full = {
        ...context.ledger,
        prepare: (): never => {
          throw new Error('full');
        },
      };
      await assert.rejects(
        pull(
          { ...context, ledger: full },
          {
            production: fakeProduction(scoutTables()),
            maskingKey: OTHER_KEY,
            replaceLocalEdits: false,
            signal: new AbortController().signal,
            onProgress: () => undefined,
          },
        ),
      );
    });
    assert.deepEqual(bytesOf(workspace.database), before);
    assert.equal(await workspace.recover(), undefined);
  });
});
