/** Composes the engine with its databases and its ledger, for every caller: the worker thread and the command line. */
import { userInfo } from 'node:os';
import { SynclineError } from '../core/errors.ts';
import { maskingKey, type MaskingKey } from '../core/masking/masking-key.ts';
import type { Production } from '../core/ports.ts';
import { restrictCatalog, selectForPull } from '../core/rules/select-tables.ts';
import { kitMigration } from '../databases/kit/kit-migration.ts';
import { openProductionWriter } from '../databases/open-production-writer.ts';
import { openProduction } from '../databases/open-production.ts';
import { compare } from '../engine/compare.ts';
import type { Log, OnProgress } from '../engine/progress.ts';
import { pull } from '../engine/pull.ts';
import { pullIncremental } from '../engine/pull-incremental.ts';
import { push } from '../engine/push.ts';
import type { PullReport } from '../engine/pull-report.ts';
import { recover } from '../engine/recover.ts';
import { status } from '../engine/status.ts';
import { withSnapshot } from '../engine/with-snapshot.ts';
import { previewMasking, suggestMasking } from '../engine/suggest-masking.ts';
import type { Recovery } from '../engine/workspace-status.ts';
import { lockWorkspace } from '../ledger/workspace-lock.ts';
import { openWorkspace, type OpenWorkspace } from './open-workspace.ts';
import type { Credentials, OperationName, Operations, WorkspaceRequest } from './protocol.ts';

export interface OperationContext {
  readonly signal: AbortSignal;
  readonly onProgress: OnProgress;
  readonly log: Log;
}

type Handler<Name extends OperationName> = (
  request: Operations[Name]['request'],
  context: OperationContext,
) => Promise<Operations[Name]['result']>;

const HANDLERS: { readonly [Name in OperationName]: Handler<Name> } = {
  async probe({ credentials }, { signal }) {
    const production = open(credentials, undefined, ['public']);
    try {
      const probe = await production.probe(signal);
      const { tables } = await withSnapshot(production, signal, (snapshot) => snapshot.catalog(signal));
      return { ...probe, address: production.address, tables: tables.length };
    } finally {
      await close(production);
    }
  },

  status: (request, context) =>
    inWorkspace(request, context, async (workspace) => {
      const recovery = recoverIfIdle(workspace);
      const run = (production: Production | undefined): Promise<Operations['status']['result']> =>
        status(workspace, { production, recovery, signal: context.signal });
      return request.credentials === undefined
        ? run(undefined)
        : withProduction(workspace, request.credentials, run);
    }),

  compare: (request, context) =>
    inWorkspace(request, context, (workspace) =>
      withProduction(workspace, request.credentials, async (production) => {
        recoverIfIdle(workspace);
        await compare(workspace, {
          production,
          ...(request.maskingKey === undefined ? {} : { maskingKey: maskingKey(request.maskingKey) }),
          signal: context.signal,
        });
        const { targets } = await status(workspace, {
          production,
          recovery: undefined,
          signal: context.signal,
        });
        return targets.flatMap((target) => target.tables);
      }),
    ),

  pull: (request, context) =>
    inWorkspace(request, context, (workspace) => {
      const key = keyFor(request);
      return locked(workspace, () =>
        withProduction(workspace, request.credentials, (production) =>
          (request.mode === 'incremental' ? pullIncremental : pull)(workspace, {
            production,
            ...(key === undefined ? {} : { maskingKey: key }),
            replaceLocalEdits: request.replaceLocalEdits ?? false,
            signal: context.signal,
            onProgress: context.onProgress,
          }),
        ),
      );
    }),

  push: (request, context) =>
    inWorkspace(request, context, (workspace) =>
      locked(workspace, async () => {
        const { databaseUrl } = request.credentials;
        const writer = openProductionWriter(databaseUrl === undefined ? {} : { databaseUrl });
        try {
          return await withProduction(workspace, request.credentials, ({ address }) =>
            push(workspace, {
              writer,
              address,
              ...(request.maskingKey === undefined ? {} : { maskingKey: maskingKey(request.maskingKey) }),
              mode: request.mode,
              armed: request.arm === workspace.target,
              who: userInfo().username,
              signal: context.signal,
              onProgress: () => undefined,
            }),
          );
        } finally {
          await writer.close();
        }
      }),
    ),

  kitSql: (request, context) =>
    inWorkspace(request, context, (workspace) =>
      withProduction(workspace, request.credentials, (production) =>
        withSnapshot(production, context.signal, async (snapshot) => {
          const catalog = await snapshot.catalog(context.signal);
          return kitMigration({
            tables: restrictCatalog(catalog, selectForPull(catalog, workspace.rules)).tables,
          });
        }),
      ),
    ),

  lastReport: (request, context) =>
    inWorkspace(request, context, (workspace) => {
      const report = workspace.ledger.pulled(workspace.target)?.report;
      // Written by `pull` as a PullReport; the ledger is Syncline's own file.
      return Promise.resolve(report === undefined ? null : (JSON.parse(report) as PullReport));
    }),

  maskSuggest: (request, context) =>
    inWorkspace(request, context, (workspace) =>
      withProduction(workspace, request.credentials, (production) =>
        suggestMasking(workspace, production, workspace.text, context.signal),
      ),
    ),

  maskPreview: (request, context) =>
    inWorkspace(request, context, (workspace) =>
      withProduction(workspace, request.credentials, (production) => {
        const { table, rows } = request;
        return previewMasking(
          workspace,
          production,
          { table, rows, key: maskingKey(request.maskingKey) },
          context.signal,
        );
      }),
    ),
};

/** Runs one operation. Rejects with a SynclineError, or with whatever a bug throws. */
export function runOperation<Name extends OperationName>(
  operation: Name,
  request: Operations[Name]['request'],
  context: OperationContext,
): Promise<Operations[Name]['result']> {
  const handler: Handler<Name> = HANDLERS[operation];
  return handler(request, context);
}

async function inWorkspace<Result>(
  request: WorkspaceRequest,
  context: OperationContext,
  work: (workspace: OpenWorkspace) => Promise<Result>,
): Promise<Result> {
  const workspace = await openWorkspace(request, context.log);
  try {
    return await work(workspace);
  } finally {
    workspace.close();
  }
}

async function withProduction<Result>(
  { rules, target }: OpenWorkspace,
  credentials: Credentials,
  work: (production: Production) => Promise<Result>,
): Promise<Result> {
  const settings = rules.file.targets[target];
  const production = open(credentials, settings?.supabaseUrl, settings?.schemas ?? ['public']);
  try {
    return await work(production);
  } finally {
    await close(production);
  }
}

/** A connection that breaks while it is closed has given all it had. */
async function close(production: Production): Promise<void> {
  await production.close().catch(() => undefined);
}

function open(
  credentials: Credentials,
  configuredUrl: string | undefined,
  schemas: readonly string[],
): Production {
  const { supabaseKey, databaseUrl } = credentials;
  const supabaseUrl = credentials.supabaseUrl ?? configuredUrl;
  return openProduction({
    ...(supabaseUrl === undefined ? {} : { supabaseUrl }),
    ...(supabaseKey === undefined ? {} : { supabaseKey }),
    ...(databaseUrl === undefined ? {} : { databaseUrl }),
    schemas,
  });
}

/** How long a pull waits for the moment in which somebody asks for the status, in milliseconds. */
const LOCK_TIMEOUT = 2000;

/** Holds the workspace's lock and settles what an earlier run left, then works. */
async function locked<Result>(workspace: OpenWorkspace, work: () => Promise<Result>): Promise<Result> {
  const release = lockWorkspace(workspace.driver, workspace.paths.lock, LOCK_TIMEOUT);
  try {
    recover(workspace);
    return await work();
  } finally {
    release();
  }
}

/** While another operation holds the lock, its run is under way and there is nothing to settle. */
function recoverIfIdle(workspace: OpenWorkspace): Recovery | undefined {
  let release: () => void;
  try {
    release = lockWorkspace(workspace.driver, workspace.paths.lock, 0);
  } catch (error) {
    if (error instanceof SynclineError && error.code === 'RUN_IN_PROGRESS') return undefined;
    throw error;
  }
  try {
    return recover(workspace);
  } finally {
    release();
  }
}

function keyFor(request: Operations['pull']['request']): MaskingKey | undefined {
  if (request.raw === true) return undefined;
  if (request.maskingKey === undefined) {
    throw new SynclineError(
      'MASKING_KEY_MISSING',
      'An anonymized pull needs a masking key, and there is none.',
    );
  }
  return maskingKey(request.maskingKey);
}
