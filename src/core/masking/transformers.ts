import { z } from 'zod';
import type { LogicalType } from '../schema/logical-type.ts';

/** What a transformer's options may hold; which of them a transformer takes is in its `options` schema. */
export interface MaskOptions {
  /** Columns of one masking domain mask equal values alike. Default: the transformer's own name. */
  readonly domain?: string;
  /** date-shift: the largest shift, in days. */
  readonly days?: number;
  /** date-shift: the column whose value picks the shift, so that the intervals within one person's dates stay. */
  readonly by?: string;
  /** number-noise: the largest change, as a part of the value. */
  readonly ratio?: number;
  /** number-noise: a further largest change, in the value's own unit. */
  readonly amount?: number;
  /** number-noise: the largest magnitude allowed, such as 180 for a longitude. */
  readonly limit?: number;
  /** hash: the number of hexadecimal digits. */
  readonly length?: number;
  /** redact: what stands in the place of every value. */
  readonly value?: string;
}

interface Transformer {
  /** One sentence for hover texts and the documentation. */
  readonly description: string;
  /** Whether it can mask columns of a type (of an array: the type of its elements is asked). */
  readonly accepts: (type: LogicalType) => boolean;
  /** Its options, as syncline.json spells them beside `"transformer"`. */
  readonly options: z.ZodType<MaskOptions>;
}

const domain = z
  .string()
  .min(1)
  .max(100)
  .optional()
  .describe('Columns of one masking domain mask equal values alike. Default: the name of the transformer.');

/** zod infers `T | undefined` for optional properties; what is absent in its input is absent in its output. */
function optionsOf(shape: z.core.$ZodShape): z.ZodType<MaskOptions> {
  return z.strictObject(shape);
}

const withDomain = optionsOf({ domain });
const none = optionsOf({});

type Kind = LogicalType['kind'];

function kinds(...accepted: readonly Kind[]): (type: LogicalType) => boolean {
  return (type) => accepted.includes(type.kind);
}

const text = kinds('text');

/** Every transformer that a rule can name. */
export const TRANSFORMERS = {
  email: {
    description: 'A made-up address under example.com. Equal addresses stay equal, different ones different.',
    accepts: text,
    options: withDomain,
  },
  'full-name': {
    description: 'A made-up first and last name that belong to nobody.',
    accepts: text,
    options: withDomain,
  },
  'first-name': {
    description: 'A made-up first name that belongs to nobody.',
    accepts: text,
    options: withDomain,
  },
  'last-name': {
    description: 'A made-up last name that belongs to nobody.',
    accepts: text,
    options: withDomain,
  },
  username: {
    description: 'A made-up login name. Equal names stay equal, different ones different.',
    accepts: text,
    options: withDomain,
  },
  phone: {
    description: 'A telephone number in the same notation that reaches nobody (country code 999, or 555).',
    accepts: kinds('text', 'integer', 'numeric'),
    options: withDomain,
  },
  'street-address': {
    description: 'A made-up street with a house number.',
    accepts: text,
    options: withDomain,
  },
  'postal-code': {
    description: 'A code of the same shape, with a first character that no real one has.',
    accepts: kinds('text', 'integer', 'numeric'),
    options: withDomain,
  },
  city: { description: 'The name of a place that does not exist.', accepts: text, options: withDomain },
  region: {
    description: 'The name of a state, province or county that does not exist.',
    accepts: text,
    options: withDomain,
  },
  country: {
    description: 'The name of a country that does not exist.',
    accepts: text,
    options: withDomain,
  },
  company: {
    description: 'The name of a company that does not exist.',
    accepts: text,
    options: withDomain,
  },
  url: {
    description:
      'An address under example.com, or a path or file name, without meaning. A common file extension stays.',
    accepts: text,
    options: withDomain,
  },
  ip: {
    description:
      'An IP address from a reserved range (240.0.0.0/4, 2001:db8::/32), or a locally administered MAC address.',
    accepts: kinds('text', 'network'),
    options: withDomain,
  },
  text: {
    description: 'Filler of the same length in characters and lines.',
    accepts: text,
    options: withDomain,
  },
  json: {
    description:
      'Every string inside is masked by its key and its look; numbers and booleans stay unless the key is personal.',
    accepts: kinds('json', 'text'),
    options: none,
  },
  key: {
    description:
      'A made-up key. Equal keys stay equal, different ones different; short ones keep their shape.',
    accepts: kinds('text', 'integer', 'numeric', 'uuid'),
    options: withDomain,
  },
  digits: {
    description:
      'Every digit and letter replaced, separators and length kept: for identity and card numbers.',
    accepts: kinds('text', 'integer', 'numeric'),
    options: withDomain,
  },
  uuid: {
    description: 'Another UUID. Equal ones stay equal, different ones different.',
    accepts: kinds('uuid', 'text'),
    options: withDomain,
  },
  'date-shift': {
    description: 'The date moved by at most `days` days, never by none.',
    accepts: kinds('date', 'timestamp', 'text'),
    options: optionsOf({
      domain,
      days: z.int().min(1).max(36500).optional().describe('The largest shift, in days. Default: 365.'),
      by: z
        .string()
        .min(1)
        .optional()
        .describe(
          'A column of the table, such as `user_id`: dates of rows with the same value move alike, so intervals stay.',
        ),
    }),
  },
  'number-noise': {
    description:
      'The number changed by at most `ratio` of itself, with the same type and number of decimals.',
    accepts: kinds('integer', 'numeric', 'float'),
    options: optionsOf({
      domain,
      ratio: z
        .number()
        .min(0)
        .max(10)
        .optional()
        .describe('The largest change, as a part of the value. Default: 0.1.'),
      amount: z
        .number()
        .min(0)
        .optional()
        .describe('A further largest change, in the unit of the value. Default: 0.'),
      limit: z
        .number()
        .positive()
        .optional()
        .describe('The largest magnitude that may come out, such as 180 for a longitude.'),
    }),
  },
  hash: {
    description: 'A keyed hash (HMAC-SHA-256) in hexadecimal. Equal values stay equal.',
    accepts: kinds('text', 'bytes', 'uuid', 'json'),
    options: optionsOf({
      domain,
      length: z
        .int()
        .min(8)
        .max(64)
        .optional()
        .describe('Number of hexadecimal digits. Default: 64, or what fits.'),
    }),
  },
  null: {
    description: 'NULL. For columns that may be NULL.',
    accepts: () => true,
    options: none,
  },
  redact: {
    description: 'One constant in the place of every value.',
    accepts: (type: LogicalType) => type.kind !== 'enum',
    options: optionsOf({
      value: z.string().optional().describe('The constant, for text columns. Default: `[redacted]`.'),
    }),
  },
  keep: {
    description: 'The value as it is in production. Only for columns without personal data.',
    accepts: () => true,
    options: none,
  },
} as const satisfies Record<string, Transformer>;

export type TransformerName = keyof typeof TRANSFORMERS;

export const TRANSFORMER_NAMES = Object.keys(TRANSFORMERS) as readonly TransformerName[];

export function isTransformerName(name: string): name is TransformerName {
  return Object.hasOwn(TRANSFORMERS, name);
}

/** Whether a transformer can mask columns of a type. An array is masked element by element. */
export function acceptsType(transformer: TransformerName, type: LogicalType): boolean {
  const { accepts } = TRANSFORMERS[transformer];
  if (accepts(type)) return true;
  if (type.kind !== 'array') return false;
  // The elements of json[] are documents, and have to stay documents.
  if (type.element.kind === 'json') return transformer === 'json';
  return STRING_ELEMENTS.has(type.element.kind) && accepts(type.element);
}

/** Kinds whose cells are strings also as elements of an array. */
const STRING_ELEMENTS: ReadonlySet<Kind> = new Set(['text', 'uuid', 'network', 'date', 'timestamp']);
