import { insertBatches } from '../insert-batches.ts';
import { demoMember } from '../member.ts';
import { firstMemberOf, sectionOf, type DemoPlan } from '../plan.ts';
import { randomFor } from '../random.ts';
import { dateIn, instant, later, type Literal, NULL, number, text, timestamptz } from '../sql-literals.ts';

const KINDS = ['Beavers', 'Wölfe', 'Éclaireurs', "Ranger's Patrol", 'Pios "Falken"', '紅葉隊'] as const;
const AGES = ['[6,8)', '[8,11)', '[11,14)', '[14,)', 'empty', '[14,18)'] as const;

/** Sections come without their leaders, who come after them; {@link sectionLeadersSql} closes the circle. */
export function* sectionRowsSql(plan: DemoPlan): Generator<string> {
  const columns = [
    'id',
    'name',
    'ages',
    'founded_on',
    'meets_at',
    'lasts',
    'fee',
    'created_at',
    'updated_at',
  ];
  yield* insertBatches({ table: 'public.sections', columns }, sectionRows(plan));
}

function* sectionRows(plan: DemoPlan): Generator<readonly Literal[]> {
  for (let id = 1; id <= plan.sections; id++) {
    const random = randomFor(plan.seed, 'sections', id);
    const kind = (id - 1) % KINDS.length;
    const createdAt = instant(random);
    yield [
      number(id),
      text(`${KINDS[kind] ?? KINDS[0]} ${id}`),
      text(AGES[kind] ?? null),
      text(dateIn(random, 1907 + random.below(118))),
      random.pick(["'14:00'", "'18:30:00.5'", "'24:00'", NULL]),
      random.pick(["'2 hours'", "'1 day 02:30'", "'-00:15'", NULL]),
      random.pick(['0.00', '45.50', '1e2', NULL]),
      timestamptz(createdAt),
      timestamptz(later(random, createdAt, 300)),
    ];
  }
}

/** Every ninth section waits for a leader. */
export function* sectionLeadersSql(plan: DemoPlan): Generator<string> {
  for (let id = 1; id <= plan.sections; id++) {
    if (id % 9 === 0) continue;
    yield `UPDATE public.sections SET leader_id = ${firstMemberOf(plan, id)} WHERE id = ${id};`;
  }
}

export function* sectionMembershipRowsSql(plan: DemoPlan): Generator<string> {
  const columns = ['section_id', 'user_id', 'since', 'until', 'duty'];
  yield* insertBatches({ table: 'public.section_memberships', columns }, membershipRows(plan));
}

/** Everybody in the section they are in, and one in five in another one before. */
function* membershipRows(plan: DemoPlan): Generator<readonly Literal[]> {
  for (let id = 1; id <= plan.members; id++) {
    const random = randomFor(plan.seed, 'memberships', id);
    const current = sectionOf(plan, id);
    if (demoMember(plan, id).sectionId !== null) {
      const duty = random.pick([NULL, NULL, "'treasurer'", "'quarter''s master'", "''"]);
      yield [number(current), number(id), text(dateIn(random, 2021 + random.below(4))), NULL, duty];
    }
    if (id === 1 || random.chance(0.2)) {
      const before = (current % plan.sections) + 1;
      yield [number(before), number(id), text(dateIn(random, 2019)), text(dateIn(random, 2020)), NULL];
    }
  }
}
