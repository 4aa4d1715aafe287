import { demoCanaries } from '../../src/sandbox/demo/canaries.ts';
import { demoRowsSql } from '../../src/sandbox/demo/rows.ts';
import { demoSchemaSql } from '../../src/sandbox/demo/schema-sql.ts';
import { startSandbox, type Sandbox } from '../../src/sandbox/sandbox.ts';

export interface DemoProject extends Sandbox {
  /** Personal values that stand in production and must not reach an anonymized copy. */
  readonly personalValues: readonly string[];
}

/** A scout group's production in a box, with this many members. */
export async function startDemoProject(members: number): Promise<DemoProject> {
  const sandbox = await startSandbox({ database: { kind: 'pglite' }, setupSql: [demoSchemaSql] });
  for (const statement of demoRowsSql({ members })) await sandbox.execute(statement);
  await sandbox.execute('ANALYZE');
  await sandbox.reload();
  return { ...sandbox, personalValues: demoCanaries({ members }).map(({ value }) => value) };
}
