import { insertBatches } from '../insert-batches.ts';
import { demoMember, type DemoMember } from '../member.ts';
import { longText, nastyText } from '../nasty-text.ts';
import type { DemoPlan } from '../plan.ts';
import { randomFor, type Random } from '../random.ts';
import { boolean, instant, later, type Literal, NULL, number, text, timestamptz } from '../sql-literals.ts';

const TARGET = {
  table: 'public.users',
  columns: [
    'id',
    'auth_user_id',
    'email',
    'full_name',
    'first_name',
    'last_name',
    'phone',
    'street_address',
    'postal_code',
    'city',
    'country',
    'date_of_birth',
    'guardian_name',
    'guardian_email',
    'guardian_phone',
    'role',
    'password_hash',
    'avatar_url',
    'section_id',
    'invited_by',
    'preferences',
    'is_active',
    'balance',
    'external_ref',
    'notes',
    'consent_expires_at',
    'created_at',
    'updated_at',
  ],
};

export function* userRowsSql(plan: DemoPlan): Generator<string> {
  yield* insertBatches(TARGET, userRows(plan));
}

function* userRows(plan: DemoPlan): Generator<readonly Literal[]> {
  for (let id = 1; id <= plan.members; id++) {
    const member = demoMember(plan, id);
    const random = randomFor(plan.seed, 'users', id);
    const createdAt = instant(random);
    yield [
      number(id),
      text(member.authUserId),
      text(member.email),
      text(member.name.full),
      text(member.name.first),
      text(member.name.last),
      text(member.phone),
      text(member.address?.street ?? null),
      text(member.address?.postalCode ?? null),
      text(member.address?.city ?? null),
      text(member.address?.country ?? null),
      text(member.dateOfBirth),
      text(member.guardian?.name ?? null),
      text(member.guardian?.email ?? null),
      text(member.guardian?.phone ?? null),
      text(member.role),
      text(member.passwordHash),
      text(member.avatarUrl),
      number(member.sectionId),
      number(inviter(random, id)),
      preferences(random, member),
      boolean(random.chance(0.9)),
      balance(random, id),
      externalReference(random, id),
      notes(random, member),
      consent(random, id, createdAt),
      timestamptz(createdAt),
      timestamptz(later(random, createdAt, 200)),
    ];
  }
}

/** The second member invited themselves, the third and fourth each other; everybody else came by an earlier one. */
function inviter(random: Random, id: number): number | null {
  if (id === 1) return null;
  if (id === 2) return 2;
  if (id === 3) return 4;
  if (id === 4) return 3;
  return random.chance(0.6) ? 1 + random.below(id - 1) : null;
}

/** Personal values at every depth, and once more as JSON inside a string; numbers that a double cannot hold. */
function preferences(random: Random, member: DemoMember): Literal {
  if (!member.hasPreferences) return random.pick(["'{}'", "'null'", "'[]'", NULL]);
  const document = JSON.stringify({
    language: random.pick(['de', 'fr', 'it', 'en', '日本語']),
    theme: random.pick(['dark', 'light', null]),
    notify: { by: ['email', 'sms'], email: member.recoveryEmail, quiet: { from: '22:00', to: '06:30' } },
    contacts: [{ label: 'emergency ☎', phone: member.emergencyPhone, 'of "quoted"': member.name.full }],
    legacy: JSON.stringify({ v: 1, profile: { mail: member.recoveryEmail, tel: member.emergencyPhone } }),
    newsletter: random.chance(0.5),
  });
  return text(
    `${document.slice(0, -1)}, "device_id": ${9_007_199_254_740_993n + BigInt(member.id)}, "ratio": 1.50}`,
  );
}

function balance(random: Random, id: number): Literal {
  if (id === 3) return "'NaN'";
  if (id === 4) return '9999999999.99';
  if (id === 5) return '-0.01';
  return `${random.below(400) - 100}.${String(random.below(100)).padStart(2, '0')}`;
}

/** Neighbours beyond 2^53 that one double stands for; both ends of bigint. */
function externalReference(random: Random, id: number): Literal {
  if (id === 4) return '-9223372036854775808';
  if (id === 5) return '9223372036854775807';
  if (id > 5 && random.chance(0.1)) return NULL;
  return number(9_007_199_254_740_991n + BigInt(id));
}

function notes(random: Random, member: DemoMember): Literal {
  if (member.id === 5) return text(longText(random));
  if (member.id < 5) return text(nastyText(member.id - 1));
  const kind = random.below(10);
  if (kind < 3) return NULL;
  if (kind < 4) return text('');
  if (kind < 6) return text(nastyText(member.id));
  const contact = member.guardian;
  return contact === null
    ? text(
        `${random.pick(['Vegetarian', 'Has a driving licence', 'First aid 2024'])}; ask ${member.name.first}.`,
      )
    : text(`Swims. If late call ${contact.name} on ${contact.phone} or write to ${contact.email}.`);
}

function consent(random: Random, id: number, createdAt: bigint): Literal {
  if (id === 2) return "'infinity'";
  if (id === 3) return "'-infinity'";
  if (random.chance(0.3)) return NULL;
  return random.chance(0.1) ? "'infinity'" : timestamptz(later(random, createdAt, 2000));
}

/** The tables that hang on people alone: who reads the newsletter, by e-mail address as a natural key. */
export function* newsletterRowsSql(plan: DemoPlan): Generator<string> {
  yield* insertBatches(
    { table: 'public.newsletter_subscriptions', columns: ['email', 'frequency', 'subscribed_at'] },
    newsletterRows(plan),
  );
}

function* newsletterRows(plan: DemoPlan): Generator<readonly Literal[]> {
  for (let id = 1; id <= plan.members; id++) {
    const { email } = demoMember(plan, id);
    const random = randomFor(plan.seed, 'newsletter', id);
    if (email === null || (id > 2 && random.chance(0.6))) continue;
    yield [
      text(email),
      random.pick(["'7 days'", "'1 mon'", "'1 year 2 mons 3 days 04:05:06.789012'"]),
      timestamptz(instant(random)),
    ];
  }
}
