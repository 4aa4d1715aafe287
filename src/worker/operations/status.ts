import { maskingKey } from '../../core/masking/masking-key.ts';
import type { Production } from '../../core/ports.ts';
import { compare } from '../../engine/compare.ts';
import type { PullReport } from '../../engine/pull-report.ts';
import { status } from '../../engine/status.ts';
import { withSnapshot } from '../../engine/with-snapshot.ts';
import type { Operations } from '../protocol.ts';
import { closeQuietly, inWorkspace, openTarget, recoverIfIdle, withProduction } from './in-workspace.ts';
import type { Handlers } from './operation.ts';

/** How things stand. */
export const statusOperations: Handlers<'probe' | 'status' | 'compare' | 'lastReport'> = {
  async probe({ credentials }, { signal }) {
    const production = openTarget(credentials, undefined, ['public']);
    try {
      const probe = await production.probe(signal);
      const { tables } = await withSnapshot(production, signal, (snapshot) => snapshot.catalog(signal));
      return { ...probe, address: production.address, tables: tables.length };
    } finally {
      await closeQuietly(production);
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

  lastReport: (request, context) =>
    inWorkspace(request, context, (workspace) => {
      const report = workspace.ledger.pulled(workspace.target)?.report;
      // Written by `pull` as a PullReport; the ledger is Syncline's own file.
      return Promise.resolve(report === undefined ? null : (JSON.parse(report) as PullReport));
    }),
};
