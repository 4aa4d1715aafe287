/** What a `where` of the workspace file may say about a row. */
import { z } from 'zod';

const value = z.union([z.string(), z.number(), z.boolean()]);

const values = z.array(value).min(1);

const comparisons = z
  .strictObject({
    equal: value.optional(),
    not: value.nullable().optional().describe('Any other value; `null`: any value at all.'),
    less: value.optional(),
    atMost: value.optional(),
    greater: value.optional(),
    atLeast: value.optional(),
    in: values.optional(),
    notIn: values.optional(),
  })
  .refine((all) => Object.keys(all).length > 0, 'must compare with something');

export const COMPARISONS = ['equal', 'not', 'less', 'atMost', 'greater', 'atLeast', 'in', 'notIn'] as const;

/** Conditions by column; a row has to meet all of them. A NULL meets none but `null`. */
export const rowFilter = z
  .record(
    z.string().min(1),
    z.union(
      [value, z.null(), comparisons],
      `must be a value, null, or an object that names some of: ${COMPARISONS.join(', ')}`,
    ),
  )
  .describe(
    'Conditions by column that a row meets, all of them: a value, `null`, or comparisons such as ' +
      '`{ "atLeast": "now-90d" }`. A NULL meets no condition but `null`.',
  );

export type RowFilter = z.output<typeof rowFilter>;

export type FilterValue = z.output<typeof value>;
