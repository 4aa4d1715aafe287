/** The workspace file `syncline.json`: its one definition, from which validation and the JSON Schema are made. */
import { z } from 'zod';

export const WORKSPACE_FILE_NAME = 'syncline.json';

const strategy = z
  .enum([
    'production-wins',
    'local-wins',
    'last-write-wins',
    'first-write-wins',
    'user-priority',
    'custom',
    'manual',
  ])
  .describe('How a conflict is settled when both sides changed the same thing.');

const direction = z
  .enum(['pull', 'push', 'both', 'none'])
  .describe(
    'Which way rows travel: `pull` from the target, `push` to it, `both`, or `none` to leave it alone.',
  );

const target = z
  .strictObject({
    supabaseUrl: z
      .string()
      .regex(/^https?:\/\/[^\s/]+(\/.*)?$/, 'must be a URL such as https://abcd.supabase.co')
      .optional()
      .describe('The project URL from the Supabase dashboard. Keys are never kept in this file.'),
    protected: z
      .boolean()
      .default(true)
      .describe('A protected target is read-only until it is armed by typing its name.'),
    confirm: z
      .strictObject({
        rows: z.int().min(0).default(1000).describe('A push of more rows than this asks again.'),
        deleteShare: z
          .number()
          .min(0)
          .max(1)
          .default(0.2)
          .describe('A push that deletes more than this share of a table, and ten rows or more, asks again.'),
      })
      .prefault({})
      .describe('Limits above which a push has to be confirmed.'),
    schemas: z
      .array(z.string().min(1))
      .min(1)
      .default(['public'])
      .describe('The schemas whose tables are considered.'),
  })
  .describe('A remote database.');

const maskRule = z
  .union([
    z.string().min(1),
    z.looseObject({ transformer: z.string().min(1).describe('The name of a transformer.') }),
  ])
  .describe(
    'A transformer such as `email`, or an object with its options. `keep` passes the column through.',
  );

const table = z
  .strictObject({
    direction: direction.optional(),
    push: z
      .enum(['approval'])
      .optional()
      .describe(
        '`approval`: changes of this table are pushed only when the push names the table (--approve TABLE).',
      ),
    conflict: z
      .union([
        strategy,
        z.strictObject({ strategy: strategy.optional(), columns: z.record(z.string(), strategy).optional() }),
      ])
      .optional()
      .describe('A strategy for the table, or one for it and others for single columns.'),
    merge: z
      .enum(['columns', 'rows'])
      .optional()
      .describe('`columns`: changes to different columns of one row merge without a conflict.'),
    history: z.boolean().optional().describe('Keep earlier versions of changed rows in the ledger.'),
    mask: z.record(z.string(), maskRule).optional().describe('How each column is masked when it is pulled.'),
    exclude: z
      .array(z.string().min(1))
      .optional()
      .describe('Columns that are never read. They do not exist in the local table.'),
    allowPseudonyms: z
      .array(z.string().min(1))
      .optional()
      .describe(
        'Columns whose made-up values may be pushed to production. Everything else that a pull made up is refused.',
      ),
    files: z
      .strictObject({
        bucket: z.string().min(1),
        pathColumn: z.string().min(1),
        mode: z.enum(['placeholder', 'fetch', 'none']).default('placeholder'),
      })
      .optional()
      .describe('Storage objects that belong to the rows.'),
    retention: z
      .strictObject({
        column: z.string().min(1),
        keep: z.string().regex(/^\d+[dwmy]$/, 'must be a number and d, w, m or y, such as 90d'),
      })
      .optional()
      .describe('Rows older than this are not kept locally.'),
  })
  .describe('What holds for one table.');

export const workspaceFileSchema = z.strictObject({
  $schema: z.string().optional(),
  local: z
    .strictObject({
      path: z.string().min(1).describe('The SQLite file, relative to this file.'),
      backups: z
        .int()
        .min(1)
        .max(1000)
        .default(5)
        .describe('How many backups of the local database are kept in .syncline/backups.'),
    })
    .describe('The local database.'),
  targets: z
    .record(z.string().min(1), target)
    .refine((targets) => Object.keys(targets).length > 0, 'must name at least one target')
    .describe('The remote databases by name. The first one is meant when none is named.'),
  defaults: z
    .strictObject({
      direction: direction.default('pull'),
      conflict: strategy.default('manual'),
      unclassified: z
        .enum(['mask', 'keep'])
        .default('mask')
        .describe('What happens to a text column that no rule and no detection classified.'),
    })
    .prefault({})
    .describe('What holds where a table says nothing.'),
  tables: z
    .record(z.string().min(1), table)
    .default({})
    .describe('Rules by table: `users`, or `auth.users` for another schema than public.'),
  rules: z
    .array(
      z.strictObject({
        name: z.string().min(1),
        table: z.string().min(1),
        check: z.string().min(1).describe('An SQL condition that every row meets.'),
      }),
    )
    .default([])
    .describe('Business rules that are checked.'),
  migrations: z
    .strictObject({ directory: z.string().min(1).default('supabase/migrations') })
    .prefault({})
    .describe('Where migration files are written.'),
});

/** The validated workspace file with its defaults filled in. */
export type WorkspaceFile = z.output<typeof workspaceFileSchema>;

export type TableRules = z.output<typeof table>;

/** The JSON Schema that the editor uses for completion and hover text. */
export function workspaceFileJsonSchema(): object {
  return {
    ...z.toJSONSchema(workspaceFileSchema, { io: 'input', target: 'draft-7' }),
    title: 'Syncline workspace file',
    allowComments: true,
    allowTrailingCommas: true,
  };
}
