import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { maskingKey, type MaskingKey } from '../../src/core/masking/masking-key.ts';
import type { Production } from '../../src/core/ports.ts';
import type { PullReport } from '../../src/engine/pull-report.ts';
import { compare } from '../../src/engine/compare.ts';
import { pull } from '../../src/engine/pull.ts';
import type { PullOptions } from '../../src/engine/pull-run.ts';
import { recover } from '../../src/engine/recover.ts';
import { status } from '../../src/engine/status.ts';
import type { Recovery, TargetStatus } from '../../src/engine/workspace-status.ts';
import type { Comparison } from '../../src/core/ledger-port.ts';
import { openWorkspace, type OpenWorkspace } from '../../src/worker/open-workspace.ts';

/** Two masking keys for tests. They guard nothing. */
export const KEY = testKey(1);
export const OTHER_KEY = testKey(2);

export function testKey(seed: number): MaskingKey {
  return maskingKey(Buffer.alloc(32, seed).toString('base64'));
}

export interface TestPullOptions extends Partial<PullOptions> {
  readonly raw?: boolean;
  readonly target?: string;
}

/** A workspace folder with the engine's use cases, composed as the product composes them. */
export interface TestWorkspace {
  readonly folder: string;
  /** The local database. */
  readonly database: string;
  /** Everything that was logged, a line each. */
  readonly log: readonly string[];
  /** Writes the workspace file. */
  configure(file: object): void;
  pull(production: Production, options?: TestPullOptions): Promise<PullReport>;
  compare(production: Production, key?: MaskingKey): Promise<readonly Comparison[]>;
  /** The target's status: from what is known, and of production when it is given. */
  status(production?: Production): Promise<TargetStatus>;
  recover(): Promise<Recovery | undefined>;
  open<Result>(work: (workspace: OpenWorkspace) => Result | Promise<Result>): Promise<Result>;
}

export function testWorkspace(folder: string, file: object = {}): TestWorkspace {
  const log: string[] = [];
  const workspace: TestWorkspace = {
    folder,
    database: join(folder, 'dev.db'),
    log,
    configure(changes) {
      const text = { local: { path: './dev.db' }, targets: { production: {} }, ...changes };
      writeFileSync(join(folder, 'syncline.json'), JSON.stringify(text, null, 2));
    },
    pull: (production, { raw = false, target = 'production', ...options } = {}) =>
      workspace.open((opened) => {
        const context = { ...opened, target };
        recover(context);
        return pull(context, {
          production,
          ...(raw ? {} : { maskingKey: KEY }),
          replaceLocalEdits: false,
          signal: new AbortController().signal,
          onProgress: () => undefined,
          ...options,
        });
      }),
    compare: (production, key = KEY) =>
      workspace.open((context) =>
        compare(context, { production, maskingKey: key, signal: new AbortController().signal }),
      ),
    status: (production) =>
      workspace.open(async (context) => {
        const { targets } = await status(context, {
          production,
          recovery: undefined,
          signal: new AbortController().signal,
        });
        const [target] = targets;
        if (target === undefined) throw new Error('There is no target.');
        return target;
      }),
    recover: () => workspace.open((context) => recover(context)),
    async open(work) {
      const opened = await openWorkspace({ folder }, (level, line) => log.push(`${level}: ${line}`));
      try {
        return await work(opened);
      } finally {
        opened.close();
      }
    },
  };
  workspace.configure(file);
  return workspace;
}
