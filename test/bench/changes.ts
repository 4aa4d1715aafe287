/**
 * What a sync of 100 changed rows costs in a table of a million and in one of ten thousand, the kit and tracking triggers
 * installed; in turns, in this process, so that nothing but the work itself is measured.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import pg from 'pg';
import { runOperation } from '../../src/worker/run-operation.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';
import { median } from './measure.ts';
import { createPeople } from './people.ts';

const SIZES = [10_000, 1_000_000] as const;
const CHANGED = 100;
const TURNS = 7;

export interface ChangesBench {
  /** Medians in seconds, by job and size of the table; `ratio` is the large one to the small one. */
  readonly jobs: readonly {
    readonly job: string;
    readonly small: number;
    readonly large: number;
    readonly ratio: number;
  }[];
}

const context = {
  signal: new AbortController().signal,
  onProgress: () => undefined,
  log: () => undefined,
};

interface Project {
  readonly rows: number;
  readonly folder: string;
  readonly client: pg.Client;
  readonly request: {
    readonly folder: string;
    readonly credentials: { readonly databaseUrl: string };
    readonly maskingKey: string;
  };
}

async function createProject(server: TestPostgres, root: string, rows: number): Promise<Project> {
  const { connectionString } = await server.createDatabase();
  await createPeople(connectionString, rows);
  const folder = mkdtempSync(join(root, 'workspace-'));
  writeFileSync(
    join(folder, 'syncline.json'),
    JSON.stringify({
      local: { path: 'dev.db', tracking: 'triggers' },
      targets: { production: {} },
      defaults: { direction: 'both' },
    }),
  );
  const request = {
    folder,
    credentials: { databaseUrl: connectionString },
    maskingKey: Buffer.alloc(32, 7).toString('base64'),
  };
  const client = new pg.Client({ connectionString });
  await client.connect();
  const { up } = await runOperation('kitSql', request, context);
  await client.query(up);
  await client.query('vacuum analyze people');
  await runOperation('pull', request, context);
  return { rows, folder, client, request };
}

/** A hundred rows all over the table, others in each turn. */
function places({ rows }: Project, turn: number): number[] {
  const step = Math.floor(rows / CHANGED);
  return Array.from({ length: CHANGED }, (_, index) => 1 + index * step + (turn % step));
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return (performance.now() - began) / 1000;
}

const JOBS: Readonly<Record<string, (project: Project, turn: number) => Promise<number>>> = {
  'pull of nothing': ({ request }) =>
    timed(() => runOperation('pull', { ...request, mode: 'incremental' }, context)),
  'pull of 100 rows': async (project, turn) => {
    const ids = places(project, turn);
    await project.client.query(
      `update people set age = (age + 1) % 100, note = note || '.' where id = any ($1)`,
      [ids],
    );
    return timed(async () => {
      const report = await runOperation('pull', { ...project.request, mode: 'incremental' }, context);
      const updated = report.tables[0]?.changes?.updated;
      if (updated !== CHANGED) throw new Error(`${String(updated)} rows came`);
    });
  },
  'push of 100 rows': async (project, turn) => {
    const local = new Database(join(project.folder, 'dev.db'));
    const update = local.prepare('UPDATE people SET balance = ? WHERE id = ?');
    local.transaction(() =>
      places(project, turn).forEach((id) => update.run(`${turn}.${(id % 90) + 10}`, id)),
    )();
    local.close();
    return timed(async () => {
      const request = { ...project.request, mode: 'push', arm: 'production' } as const;
      const report = await runOperation('push', request, context);
      if (report.totals.updated !== CHANGED)
        throw new Error(`${report.totals.updated} rows went: ${report.state}`);
    });
  },
};

export async function benchChanges(): Promise<ChangesBench> {
  const server = await startPostgres();
  const root = mkdtempSync(join(tmpdir(), 'syncline-bench-'));
  const projects: Project[] = [];
  try {
    for (const rows of SIZES) projects.push(await createProject(server, root, rows));
    const seconds = new Map<string, number[][]>();
    for (let turn = 0; turn <= TURNS; turn += 1) {
      for (const [job, work] of Object.entries(JOBS)) {
        const bySize = seconds.get(job) ?? projects.map(() => []);
        seconds.set(job, bySize);
        for (const [index, project] of projects.entries()) {
          const cost = await work(project, turn);
          // The first turn builds what is built once.
          if (turn > 0) bySize[index]?.push(cost);
        }
      }
    }
    return {
      jobs: [...seconds].map(([job, [small = [], large = []]]) => ({
        job,
        small: median(small),
        large: median(large),
        ratio: median(large) / median(small),
      })),
    };
  } finally {
    await Promise.all(projects.map(({ client }) => client.end()));
    await server.stop();
    rmSync(root, { recursive: true, force: true });
  }
}
