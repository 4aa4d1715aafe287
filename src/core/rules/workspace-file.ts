/** The workspace file `syncline.json`: its one definition, from which validation and the JSON Schema are made. */
import { z } from 'zod';
import { rowFilter } from './row-filter.ts';

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
    push: z.enum(['approval']).optional().describe('`approval`: a push of this table waits for an approval.'),
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
    where: rowFilter
      .optional()
      .describe(
        'Only rows that meet all of these conditions are pulled, and the rows that those refer to. ' +
          'A NULL meets no condition but `null`.',
      ),
    allowPseudonyms: z
      .array(z.string().min(1))
      .optional()
      .describe(
        'Columns whose made-up values may be pushed to production. Everything else that a pull made up is refused.',
      ),
    watermark: z
      .string()
      .min(1)
      .optional()
      .describe(
        'The column that tells when a row was last changed, such as `updated_at`: used where the target offers neither change log nor digests. It misses updates that do not set it.',
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

const selectedRow = z.strictObject({
  table: z.string().min(1),
  key: z
    .array(z.union([z.string(), z.number(), z.boolean()]))
    .min(1)
    .describe('The values of the primary key, in its order.'),
});

const set = z
  .strictObject({
    description: z.string().optional(),
    tables: z
      .array(z.string().min(1))
      .min(1)
      .optional()
      .describe('Whole tables, or what `where` leaves of them.'),
    where: z
      .record(z.string().min(1), rowFilter)
      .optional()
      .describe('Conditions by table, beside those that the table has anyway.'),
    rows: z.array(selectedRow).min(1).optional().describe('Single rows, by primary key.'),
    children: z
      .boolean()
      .default(false)
      .describe('Whether rows that refer to these come too, up to a bounded number.'),
  })
  .refine(
    ({ tables, where, rows }) => (tables ?? rows) !== undefined || Object.keys(where ?? {}).length > 0,
    'must name tables, conditions or rows',
  )
  .describe('A named part of production. The rows that it refers to come with it.');

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
      tracking: z
        .enum(['compare', 'triggers'])
        .default('compare')
        .describe(
          'How local changes are found. `compare`: by comparing whole tables. `triggers`: by triggers and a small table that pulls put into the local database, for large ones.',
        ),
      undo: z
        .int()
        .min(0)
        .max(1000)
        .default(5)
        .describe('How many of the last pulls and pushes can be undone.'),
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
      onConflict: z
        .enum(['continue', 'stop'])
        .default('continue')
        .describe(
          'What a sync does when rows were changed on both sides: push the others, or nothing until somebody decided.',
        ),
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
  sets: z
    .record(z.string().min(1), set)
    .default({})
    .describe('Named parts of production that can be pulled or pushed by their name.'),
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

/** A named set. */
export type SetRules = z.output<typeof set>;

/** The JSON Schema that the editor uses for completion and hover text. */
export function workspaceFileJsonSchema(): object {
  return {
    ...z.toJSONSchema(workspaceFileSchema, { io: 'input', target: 'draft-7' }),
    title: 'Syncline workspace file',
    allowComments: true,
    allowTrailingCommas: true,
  };
}
