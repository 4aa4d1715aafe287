import { z } from 'zod';
import { SynclineError } from '../../core/errors.ts';
import type { PostgresTextRow } from '../../core/values/cell.ts';
import type { BucketDigest, ChangesAnswer, KeyTexts } from './kit-answers.ts';

const name = { schema: z.string(), name: z.string() };
const rowsSchema = z.array(z.array(z.string().nullable()));
const keysSchema = z.array(z.array(z.string()));
const pushes = z.array(z.string().nullable());

const changesSchema: z.ZodType<ChangesAnswer> = z.object({
  position: z.string(),
  tooOld: z.boolean(),
  reason: z.enum(['pruned', 'moved']).nullable(),
  truncated: z.array(z.object(name)),
  untracked: z.array(
    z.object({
      ...name,
      cause: z.enum(['untracked', 'no-primary-key', 'altered', 'unlogged', 'inherited', 'replicated']),
    }),
  ),
  complete: z.boolean(),
  consistent: z.boolean(),
  next: z.string().nullable(),
  tables: z.array(
    z.object({
      ...name,
      upserts: rowsSchema,
      upsertPushes: pushes,
      deletes: keysSchema,
      deletePushes: pushes,
    }),
  ),
});

const digestsSchema: z.ZodType<readonly BucketDigest[]> = z.array(
  z.object({ bucket: z.int(), rows: z.int(), digest: z.string() }),
);

/** Each throws REMOTE_PROTOCOL when what the kit answered has another shape. */
export const parseChanges = (answer: unknown): ChangesAnswer => parse(changesSchema, answer);
export const parsePosition = (answer: unknown): string => parse(z.string(), answer);
export const parseRows = (answer: unknown): readonly PostgresTextRow[] => parse(rowsSchema, answer);
export const parseKeys = (answer: unknown): readonly KeyTexts[] => parse(keysSchema, answer);
export const parseDigests = (answer: unknown): readonly BucketDigest[] => parse(digestsSchema, answer);

function parse<Answer>(schema: z.ZodType<Answer>, answer: unknown): Answer {
  const parsed = schema.safeParse(answer);
  if (parsed.success) return parsed.data;
  throw new SynclineError('REMOTE_PROTOCOL', 'The kit answered something else than what was asked for.');
}
