import type { LogicalType } from '../schema/logical-type.ts';
import type { MaskReasonSource } from './plan.ts';
import type { MaskOptions, TransformerName } from './transformers.ts';

/** How much a verdict weighs where columns that a foreign key ties together disagree. */
export const WEIGHT = { type: 0, unclassified: 1, safe: 2, personal: 3 } as const;

/** What the automatic classification says about one column. */
export interface Verdict {
  readonly transformer: TransformerName;
  readonly options: MaskOptions;
  readonly source: MaskReasonSource;
  /** Why, as a phrase for people: `its name says "phone"`. */
  readonly detail: string;
  readonly weight: (typeof WEIGHT)[keyof typeof WEIGHT];
}

export function keep(source: 'type' | 'safe' | 'generated' | 'unclassified', detail: string): Verdict {
  const weight =
    source === 'safe' ? WEIGHT.safe : source === 'unclassified' ? WEIGHT.unclassified : WEIGHT.type;
  return { transformer: 'keep', options: {}, source, detail, weight };
}

export function mask(
  transformer: TransformerName,
  source: 'name' | 'sample' | 'type' | 'unclassified',
  detail: string,
  options: MaskOptions = {},
): Verdict {
  const weight = source === 'unclassified' ? WEIGHT.unclassified : WEIGHT.personal;
  return { transformer, options, source, detail, weight };
}

/** Types of Postgres and its extensions that are kept as text and hold numbers, ranges or bits: nothing of anybody. */
const HARMLESS_OPAQUE =
  /^(?:.*range|bit|varbit|bit varying|money|xid8?|cid|tid|pg_lsn|pg_snapshot|txid_snapshot|reg[a-z]+|isbn(?:13)?|issn(?:13)?|ismn(?:13)?|ean13|upc)$/;

export function isHarmlessOpaque(type: LogicalType): boolean {
  return type.kind === 'opaque' && HARMLESS_OPAQUE.test(type.name);
}
