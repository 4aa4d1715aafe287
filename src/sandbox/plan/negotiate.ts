import { noAcceptableMediaType } from '../errors/request-errors.ts';
import type { MediaType } from '../request/media-type.ts';
import { mediaTypeName } from '../request/media-type.ts';

/** How the rows become a body. */
export type BodyFormat =
  'json' | 'json-without-nulls' | 'object' | 'object-without-nulls' | 'csv' | 'geojson';

export interface Negotiated {
  readonly format: BodyFormat;
  readonly mediaType: MediaType;
}

/**
 * The first acceptable media type that rows can be given in.
 * @throws ApiError PGRST107 without one
 */
export function negotiate(accepted: readonly MediaType[]): Negotiated {
  for (const mediaType of accepted) {
    const format = formatOf(mediaType);
    if (format !== undefined)
      return { format, mediaType: mediaType.kind === 'any' ? { kind: 'json' } : mediaType };
  }
  throw noAcceptableMediaType(accepted.map(mediaTypeName));
}

/** @throws ApiError PGRST107 unless the OpenAPI description is acceptable */
export function negotiateDescription(accepted: readonly MediaType[]): void {
  const acceptable = accepted.some(({ kind }) => kind === 'openapi' || kind === 'json' || kind === 'any');
  if (!acceptable) throw noAcceptableMediaType(accepted.map(mediaTypeName));
}

function formatOf(mediaType: MediaType): BodyFormat | undefined {
  switch (mediaType.kind) {
    case 'json':
    case 'any':
      return 'json';
    case 'array-without-nulls':
      return 'json-without-nulls';
    case 'object':
      return mediaType.withoutNulls ? 'object-without-nulls' : 'object';
    case 'csv':
      return 'csv';
    case 'geojson':
      return 'geojson';
    default:
      return undefined;
  }
}
