/** The media types that PostgREST tells apart. */
export type MediaType =
  | { readonly kind: 'json' }
  | { readonly kind: 'geojson' }
  | { readonly kind: 'csv' }
  | { readonly kind: 'plain-text' }
  | { readonly kind: 'xml' }
  | { readonly kind: 'openapi' }
  | { readonly kind: 'form' }
  | { readonly kind: 'binary' }
  | { readonly kind: 'any' }
  | { readonly kind: 'array-without-nulls' }
  | { readonly kind: 'object'; readonly withoutNulls: boolean }
  | { readonly kind: 'plan'; readonly text: string }
  | { readonly kind: 'other'; readonly text: string };

const NAMES = {
  json: 'application/json',
  geojson: 'application/geo+json',
  csv: 'text/csv',
  'plain-text': 'text/plain',
  xml: 'text/xml',
  openapi: 'application/openapi+json',
  form: 'application/x-www-form-urlencoded',
  binary: 'application/octet-stream',
  any: '*/*',
  'array-without-nulls': 'application/vnd.pgrst.array+json;nulls=stripped',
} as const;

type NamedKind = keyof typeof NAMES;

const KIND_BY_NAME: ReadonlyMap<string, NamedKind> = new Map(
  (Object.keys(NAMES) as NamedKind[]).map((kind) => [NAMES[kind], kind]),
);

/** The name without a character set, such as `application/vnd.pgrst.object+json`. */
export function mediaTypeName(type: MediaType): string {
  if (type.kind === 'other') return type.text;
  if (type.kind === 'plan') return planName(type.text);
  if (type.kind === 'object')
    return `application/vnd.pgrst.object+json${type.withoutNulls ? ';nulls=stripped' : ''}`;
  return NAMES[type.kind];
}

/** The `Content-Type` header. */
export function contentType(type: MediaType): string {
  const bare = type.kind === 'binary' || type.kind === 'other';
  return bare ? mediaTypeName(type) : `${mediaTypeName(type)}; charset=utf-8`;
}

export function parseMediaType(text: string): MediaType {
  const [name = '', ...rest] = text.split(';').map((part) => part.trim());
  const lower = name.toLowerCase();
  const withoutNulls = rest.some((parameter) => /^nulls\s*=\s*"?stripped"?$/i.test(parameter));
  switch (lower) {
    case 'application/vnd.pgrst.object':
    case 'application/vnd.pgrst.object+json':
      return { kind: 'object', withoutNulls };
    case 'application/vnd.pgrst.array':
    case 'application/vnd.pgrst.array+json':
      return withoutNulls ? { kind: 'array-without-nulls' } : { kind: 'json' };
    case 'application/vnd.pgrst.plan':
    case 'application/vnd.pgrst.plan+text':
    case 'application/vnd.pgrst.plan+json':
      return { kind: 'plan', text };
    default: {
      const kind = KIND_BY_NAME.get(lower);
      return kind === undefined ? { kind: 'other', text } : { kind };
    }
  }
}

/** The media types of an `Accept` header, the preferred first: by quality, then by how specific they are. */
export function acceptedMediaTypes(header: string | undefined): readonly MediaType[] {
  if (header === undefined) return [{ kind: 'any' }];
  return header
    .split(',')
    .map((part) => {
      const compact = part.replaceAll(' ', '');
      const at = compact.indexOf(';q=');
      const name = at < 0 ? compact : compact.slice(0, at);
      const quality = at < 0 ? 1 : Number.parseFloat(compact.slice(at + 3));
      const specificity = occurrences(part, ';') - occurrences(part, '*');
      return { name, quality: Number.isNaN(quality) ? 1 : quality, specificity };
    })
    .sort((a, b) => b.quality - a.quality || b.specificity - a.specificity)
    .map(({ name }) => parseMediaType(name));
}

function occurrences(text: string, character: string): number {
  return text.split(character).length - 1;
}

/** A plan's media type names the type it is for, and its options. */
function planName(text: string): string {
  const format = /^application\/vnd\.pgrst\.plan\+json/i.test(text) ? 'json' : 'text';
  const parameter = (name: string): string | undefined =>
    new RegExp(`;\\s*${name}\\s*=\\s*(?:"([^"]*)"|([A-Za-z0-9|-]+))`, 'i')
      .exec(text)
      ?.slice(1)
      .find((part) => part);
  const subject = mediaTypeName(parseMediaType(parameter('for') ?? NAMES.json));
  const asked = (parameter('options') ?? '').split('|');
  const options = ['analyze', 'verbose', 'settings', 'buffers', 'wal'].filter((option) =>
    asked.includes(option),
  );
  const suffix = options.length === 0 ? '' : `; options=${options.join('|')}`;
  return `application/vnd.pgrst.plan+${format}; for="${subject}"${suffix}`;
}
