/** What the `Prefer` header asks for, as far as PostgREST knows it. The first of each kind counts. */
export interface Preferences {
  readonly resolution: 'merge-duplicates' | 'ignore-duplicates' | undefined;
  readonly representation: 'representation' | 'minimal' | 'headers-only' | undefined;
  readonly count: 'exact' | 'planned' | 'estimated' | undefined;
  readonly missing: 'default' | 'null' | undefined;
  readonly handling: 'strict' | 'lenient' | undefined;
  readonly timezone: string | undefined;
  readonly maxAffected: bigint | undefined;
  /** What PostgREST does not know, as written. */
  readonly invalid: readonly string[];
}

const KNOWN: ReadonlySet<string> = new Set([
  'resolution=merge-duplicates',
  'resolution=ignore-duplicates',
  'return=representation',
  'return=minimal',
  'return=headers-only',
  'count=exact',
  'count=planned',
  'count=estimated',
  'tx=commit',
  'tx=rollback',
  'missing=default',
  'missing=null',
  'handling=strict',
  'handling=lenient',
]);

/**
 * Reads the header. `tx` is known but has no effect: PostgREST honours it only where its configuration lets clients
 * decide how transactions end, which Supabase's does not.
 */
export function parsePreferences(header: string | undefined, timezones: ReadonlySet<string>): Preferences {
  const given = header === undefined ? [] : header.split(',').map((part) => part.trim());
  const first = <V extends string>(name: string, ...values: readonly V[]): V | undefined =>
    given
      .map((preference) => values.find((value) => preference === `${name}=${value}`))
      .find((value) => value !== undefined);
  const after = (name: string): string | undefined =>
    given.find((preference) => preference.startsWith(`${name}=`))?.slice(name.length + 1);
  const timezone = after('timezone');
  const acceptable = timezone !== undefined && timezones.has(timezone);
  const affected = after('max-affected');
  return {
    resolution: first('resolution', 'merge-duplicates', 'ignore-duplicates'),
    representation: first('return', 'representation', 'minimal', 'headers-only'),
    count: first('count', 'exact', 'planned', 'estimated'),
    missing: first('missing', 'default', 'null'),
    handling: first('handling', 'strict', 'lenient'),
    timezone: acceptable ? timezone : undefined,
    maxAffected: affected !== undefined && /^-?\d+$/.test(affected) ? BigInt(affected) : undefined,
    invalid: given.filter(
      (preference) =>
        !KNOWN.has(preference) &&
        !(preference.startsWith('timezone=') && acceptable) &&
        !preference.startsWith('max-affected='),
    ),
  };
}

type Applicable = keyof Omit<Preferences, 'invalid'>;

/** The `Preference-Applied` header: which of the preferences the response has heeded. */
export function preferenceApplied(
  preferences: Preferences,
  applicable: readonly Applicable[],
): string | undefined {
  const { resolution, missing, representation, count, handling, timezone, maxAffected } = preferences;
  const texts: Record<Applicable, string | undefined> = {
    resolution: resolution && `resolution=${resolution}`,
    missing: missing && `missing=${missing}`,
    representation: representation && `return=${representation}`,
    count: count && `count=${count}`,
    handling: handling && `handling=${handling}`,
    timezone: timezone && `timezone=${timezone}`,
    maxAffected:
      handling === 'strict' && maxAffected !== undefined ? `max-affected=${maxAffected}` : undefined,
  };
  const applied = (Object.keys(texts) as Applicable[])
    .filter((name) => applicable.includes(name))
    .map((name) => texts[name])
    .filter((text) => text !== undefined);
  return applied.length === 0 ? undefined : applied.join(', ');
}

/** Whether every row is to be counted, beside those that are returned. */
export function countsRows(preferences: Preferences): boolean {
  return preferences.count === 'exact' || preferences.count === 'estimated';
}
