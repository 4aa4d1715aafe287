import type { LogicalType } from '../schema/logical-type.ts';
import { LONGEST_IPV4, UNIQUE_IP_LENGTH, UNIQUE_URL_LENGTH } from './addresses.ts';
import { SAFE_HASH_LENGTH } from './codes.ts';
import { SAFE_TOKEN_LENGTH } from './fictional-words.ts';
import { SHORTEST_EMAIL } from './handles.ts';
import { UNIQUE_PHONE_LENGTH } from './phone.ts';
import { acceptsType, type MaskOptions, type TransformerName } from './transformers.ts';

/** What a transformer has to reckon with in a column. */
export interface ColumnDemands {
  readonly type: LogicalType;
  readonly postgresType: string;
  readonly nullable: boolean;
  readonly primary: boolean;
  /** NULL counts as a value in a unique constraint. */
  readonly nullsNotDistinct: boolean;
  readonly referenced: boolean;
  readonly unique: boolean;
  readonly maxLength: number | undefined;
}

const UUID_LENGTH = 36;

/** Characters that a transformer needs at least, and to keep different values different. */
const LENGTHS: Partial<Record<TransformerName, { readonly any?: number; readonly unique: number }>> = {
  email: { any: SHORTEST_EMAIL, unique: SHORTEST_EMAIL - 1 + SAFE_TOKEN_LENGTH },
  username: { unique: SAFE_TOKEN_LENGTH },
  'full-name': { unique: SAFE_TOKEN_LENGTH },
  'first-name': { unique: SAFE_TOKEN_LENGTH },
  'last-name': { unique: SAFE_TOKEN_LENGTH },
  'street-address': { unique: SAFE_TOKEN_LENGTH },
  city: { unique: SAFE_TOKEN_LENGTH },
  region: { unique: SAFE_TOKEN_LENGTH },
  country: { unique: SAFE_TOKEN_LENGTH },
  company: { unique: SAFE_TOKEN_LENGTH },
  url: { unique: UNIQUE_URL_LENGTH },
  phone: { unique: UNIQUE_PHONE_LENGTH },
  ip: { any: LONGEST_IPV4, unique: UNIQUE_IP_LENGTH },
  uuid: { any: UUID_LENGTH, unique: UUID_LENGTH },
  hash: { unique: SAFE_HASH_LENGTH },
};

const REPEATING: ReadonlySet<TransformerName> = new Set(['redact', 'number-noise', 'json']);

/**
 * Why a transformer cannot mask a column, as a sentence with the way out; undefined when it can.
 */
export function obstacleTo(
  transformer: TransformerName,
  options: MaskOptions,
  demands: ColumnDemands,
): string | undefined {
  if (transformer === 'keep') return undefined;
  if (transformer === 'null') return obstacleToNull(demands);
  if (!acceptsType(transformer, demands.type)) {
    return `"${transformer}" does not make values of type ${demands.postgresType}.`;
  }
  const { unique, maxLength = Infinity } = demands;
  if (unique && REPEATING.has(transformer)) {
    return `its values must be unique, and "${transformer}" would repeat some; "key" or "hash" would not.`;
  }
  if (unique && options.by !== undefined) {
    return 'its values must be unique, and dates moved by "by" may meet; leave "by" out.';
  }
  if (demands.type.kind !== 'text') return undefined;
  const lengths = LENGTHS[transformer];
  const needed = (unique ? lengths?.unique : lengths?.any) ?? 0;
  if (needed > maxLength) {
    const why = unique ? ' to keep unique values apart' : '';
    return `"${transformer}" needs ${needed} characters${why}, and the column takes ${maxLength}; "key" fits.`;
  }
  if (unique && transformer === 'hash' && (options.length ?? Infinity) < SAFE_HASH_LENGTH) {
    return `its values must be unique, which takes a "length" of at least ${SAFE_HASH_LENGTH}.`;
  }
  return undefined;
}

function obstacleToNull(demands: ColumnDemands): string | undefined {
  if (!demands.nullable || demands.primary) return 'it is NOT NULL; "redact" or "hash" would do.';
  if (demands.referenced) return 'foreign keys refer to it; "key" keeps the references.';
  return demands.nullsNotDistinct
    ? 'its values must be unique, NULL included; "key" or "hash" would do.'
    : undefined;
}

/** What an automatic choice gives way to, in this order, where it is not possible. */
export function alternativesTo(transformer: TransformerName, type: LogicalType): readonly TransformerName[] {
  switch (type.kind) {
    case 'text':
      return transformer === 'null' ? ['null', 'redact', 'hash', 'key'] : [transformer, 'key'];
    case 'json':
    case 'array':
    case 'bytes':
    case 'opaque':
      return [transformer, 'null', 'redact', 'hash'];
    case 'integer':
    case 'numeric':
      return [transformer, 'digits'];
    default:
      return [transformer];
  }
}
