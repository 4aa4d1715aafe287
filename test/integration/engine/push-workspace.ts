/** A production behind one of the ways to write, and workspaces that were pulled from it and push to it. */
import { after, before, beforeEach } from 'mocha';
import { openPostgres } from '../../../src/databases/postgres/open-postgres.ts';
import { push, type PushOptions } from '../../../src/engine/push.ts';
import type { PushReport } from '../../../src/engine/push-report.ts';
import { temporaryFolders } from '../../support/temporary-folder.ts';
import { KEY, testWorkspace, type TestWorkspace } from '../../support/test-workspace.ts';
import { createPushDatabase, type PushDatabase, type PushWay } from '../databases/push-database.ts';

const SCHEMA = `
  create table sections (id int primary key, name text not null unique);
  create table members (
    id int primary key, email text not null, points int check (points >= 0),
    section_id int references sections (id), token text default 't'
  );
  create table nokey (x int);
  insert into sections values (1, 'Cubs'), (2, 'Scouts'), (3, 'Empty');
  insert into members select n, 'person' || n || '@private.test', n, 1 + n % 2 from generate_series(1, 20) n;
  insert into nokey values (1);`;

export const PUSH_RULES = {
  defaults: { direction: 'both' },
  tables: {
    members: { mask: { email: 'email' }, exclude: ['token'] },
    sections: { mask: { name: 'keep' } },
  },
};

export interface PushWorkspaces {
  readonly database: () => PushDatabase;
  readonly pulled: (rules?: object) => Promise<TestWorkspace>;
  readonly push: (workspace: TestWorkspace, options?: Partial<PushOptions>) => Promise<PushReport>;
  /** All of production, as text. */
  readonly production: () => Promise<string>;
}

/** Sets up before the suite it is called in; production is made anew for each test. */
export function pushWorkspaces(way: PushWay): PushWorkspaces {
  const folder = temporaryFolders();
  let database: PushDatabase;
  before(async () => {
    database = await createPushDatabase(way);
  });
  beforeEach(async () => {
    await database.clear();
    await database.execute(SCHEMA);
  });
  after(() => database.stop());
  return {
    database: () => database,
    async pulled(rules = PUSH_RULES) {
      const workspace = testWorkspace(folder(), rules);
      const { connectionString } = database;
      const production = openPostgres({ connectionString, schemas: ['public'] });
      await workspace.pull(production);
      await production.close();
      return workspace;
    },
    push: (workspace, options = {}) =>
      workspace.open((context) =>
        push(context, {
          writer: database.writer,
          address: 'test',
          maskingKey: KEY,
          mode: 'push',
          armed: true,
          rowByRow: true,
          who: 'test',
          signal: new AbortController().signal,
          onProgress: () => undefined,
          ...options,
        }),
      ),
    async production() {
      const rows = await database.rows(`
        select 's', s::text from sections s union all select 'm', m::text from members m
        union all select 'n', n::text from nokey n order by 1, 2`);
      return JSON.stringify(rows);
    },
  };
}
