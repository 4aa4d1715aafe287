import { emailAddress, phoneNumber, postalAddress, type PostalAddress } from './names/contact.ts';
import { personName, relativeOf, type PersonName } from './names/person-name.ts';
import { firstMemberOf, sectionOf, type DemoPlan } from './plan.ts';
import { randomFor } from './random.ts';
import { dateIn } from './sql-literals.ts';

export type MemberRole = 'member' | 'leader' | 'admin' | 'guardian';

export interface Guardian {
  readonly name: string;
  readonly email: string;
  readonly phone: string;
}

/** One person of the demo set, with every personal value that is planted about them. */
export interface DemoMember {
  readonly id: number;
  readonly authUserId: string;
  readonly role: MemberRole;
  readonly name: PersonName;
  readonly email: string | null;
  readonly phone: string | null;
  readonly address: PostalAddress | null;
  readonly dateOfBirth: string | null;
  readonly guardian: Guardian | null;
  readonly sectionId: number | null;
  readonly passwordHash: string | null;
  readonly avatarUrl: string | null;
  /** Whether `preferences` say anything; then they hold the two below, at several depths. */
  readonly hasPreferences: boolean;
  readonly recoveryEmail: string;
  readonly emergencyPhone: string;
}

const YEAR = 2025;

/** Any member by id, at once: rows that mention one another need no memory of what came before. */
export function demoMember(plan: DemoPlan, id: number): DemoMember {
  const random = randomFor(plan.seed, 'member', id);
  const role = roleOf(plan, id, random.below(100));
  const minor = role === 'member' && random.chance(0.8);
  const name = personName(random);
  const age = minor ? 6 + random.below(12) : 18 + random.below(45);
  const guardianName = relativeOf(random, name);
  const reachable = role !== 'member' || random.chance(0.7);
  const sectionId = sectionOf(plan, id);
  return {
    id,
    authUserId: random.uuid(),
    role,
    name,
    email: reachable ? emailAddress(random, name, id) : null,
    phone: random.chance(0.8) ? phoneNumber(random) : null,
    address: random.chance(0.95) ? postalAddress(random) : null,
    dateOfBirth: random.chance(0.97) ? dateIn(random, YEAR - age) : null,
    guardian: minor
      ? {
          name: guardianName.full,
          email: emailAddress(random, guardianName, id, '.parent'),
          phone: phoneNumber(random),
        }
      : null,
    sectionId: role === 'guardian' ? null : sectionId,
    passwordHash: reachable
      ? `$2b$12$${Buffer.from(random.hex(80), 'hex').toString('base64url').slice(0, 53)}`
      : null,
    avatarUrl: random.chance(0.6)
      ? `https://cdn.pfadi-nord.example/avatars/${name.slug.first}-${name.slug.last}-${id}.png?v=${random.hex(6)}`
      : null,
    hasPreferences: id <= 5 || random.chance(0.9),
    recoveryEmail: emailAddress(random, name, id, '.backup'),
    emergencyPhone: phoneNumber(random),
  };
}

function roleOf(plan: DemoPlan, id: number, percent: number): MemberRole {
  if (id === 1) return 'admin';
  if (id === firstMemberOf(plan, sectionOf(plan, id))) return 'leader';
  if (percent < 70) return 'member';
  if (percent < 84) return 'guardian';
  return percent < 99 ? 'leader' : 'admin';
}
