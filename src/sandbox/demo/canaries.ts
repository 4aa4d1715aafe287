import { demoMember, type DemoMember } from './member.ts';
import { demoPlan, type DemoOptions } from './plan.ts';
import { demoDocument } from './tables/documents.ts';

export type CanaryKind =
  'name' | 'email' | 'phone' | 'street-address' | 'password-hash' | 'avatar-url' | 'storage-path';

/** A personal value that stands in the demo database, and where; no trace of it may reach an anonymized copy. */
export interface Canary {
  readonly kind: CanaryKind;
  readonly value: string;
  readonly table: string;
  /** The column that holds it, whole, or inside its JSON. */
  readonly column: string;
}

/**
 * Every personal value that identifies somebody by itself: names in full, e-mail addresses, telephone numbers, streets
 * with numbers, hashes, and addresses of files that bear a name. First names, cities and dates alone are left out:
 * an anonymized copy may hold them by chance.
 * @throws SynclineError USAGE when the number of members is out of bounds.
 */
export function demoCanaries(options: DemoOptions): readonly Canary[] {
  const plan = demoPlan(options);
  const canaries: Canary[] = [];
  for (let id = 1; id <= plan.members; id++) canaries.push(...memberCanaries(demoMember(plan, id)));
  for (let index = 1; index <= plan.documents; index++) {
    const value = demoDocument(plan, index).storagePath;
    canaries.push({ kind: 'storage-path', value, table: 'documents', column: 'storage_path' });
  }
  return canaries;
}

function memberCanaries(member: DemoMember): readonly Canary[] {
  const candidates: readonly (readonly [CanaryKind, string, string | null | undefined])[] = [
    ['name', 'full_name', member.name.full],
    ['email', 'email', member.email],
    ['phone', 'phone', member.phone],
    ['street-address', 'street_address', member.address?.street],
    ['name', 'guardian_name', member.guardian?.name],
    ['email', 'guardian_email', member.guardian?.email],
    ['phone', 'guardian_phone', member.guardian?.phone],
    ['password-hash', 'password_hash', member.passwordHash],
    ['avatar-url', 'avatar_url', member.avatarUrl],
    ['email', 'preferences', member.hasPreferences ? member.recoveryEmail : null],
    ['phone', 'preferences', member.hasPreferences ? member.emergencyPhone : null],
  ];
  return candidates.flatMap(([kind, column, value]) =>
    value === null || value === undefined ? [] : [{ kind, value, table: 'users', column }],
  );
}
