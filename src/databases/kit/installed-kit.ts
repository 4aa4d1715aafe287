import { z } from 'zod';
import type { KitInstallation } from '../../core/kit-port.ts';
import { tableKey } from '../../core/schema/model.ts';
import { KIT_VERSION } from './kit-version.ts';

/** `syncline_kit()`, as far as it is relied upon; see KitStatus. A newer kit may say more, or something else. */
const statusSchema = z.object({
  version: z.int(),
  restored: z.boolean(),
  tables: z.array(
    z.object({
      schema: z.string(),
      name: z.string(),
      state: z.enum([
        'tracked',
        'absent',
        'untracked',
        'no-primary-key',
        'unlogged',
        'inherited',
        'replicated',
      ]),
    }),
  ),
  missing: z.array(z.string()),
  oldestChange: z.string().nullable(),
  changeLogRows: z.number(),
  stagedPushes: z.number(),
});

/** What the kit said of itself. An answer that is none is a kit that is not whole. */
export function installedKit(answer: unknown): KitInstallation {
  const version = z.object({ version: z.int() }).safeParse(answer).data?.version;
  if (version === undefined) return withoutStatus('partial');
  if (version > KIT_VERSION) return { ...withoutStatus('newer'), installedVersion: version };
  const status = statusSchema.safeParse(answer).data;
  if (status === undefined) {
    return { ...withoutStatus(version < KIT_VERSION ? 'older' : 'partial'), installedVersion: version };
  }
  return {
    state: stateOf(status),
    installedVersion: version,
    version: KIT_VERSION,
    tables: status.tables.map(({ state, ...name }) => ({
      table: tableKey(name),
      ...(state !== 'tracked' && { cause: state }),
    })),
    missing: status.missing,
    changeLogRows: status.changeLogRows,
    ...(status.oldestChange !== null && { oldestChange: new Date(status.oldestChange).toISOString() }),
    stagedPushes: status.stagedPushes,
  };
}

/** A kit that cannot say how it stands, or none. */
export function withoutStatus(state: KitInstallation['state']): KitInstallation {
  return { state, version: KIT_VERSION, tables: [], missing: [] };
}

function stateOf(status: z.output<typeof statusSchema>): KitInstallation['state'] {
  if (status.version < KIT_VERSION) return 'older';
  if (status.missing.length > 0) return 'partial';
  return status.restored ? 'restored' : 'current';
}
