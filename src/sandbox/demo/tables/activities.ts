import { insertBatches } from '../insert-batches.ts';
import { nastyText } from '../nasty-text.ts';
import type { DemoPlan } from '../plan.ts';
import { randomFor, type Random } from '../random.ts';
import {
  boolean,
  instant,
  later,
  type Literal,
  NULL,
  number,
  text,
  textArray,
  timestamptz,
} from '../sql-literals.ts';

const TARGET = {
  table: 'public.activities',
  columns: [
    'id',
    'section_id',
    'organizer_id',
    'title',
    'description',
    'starts_at',
    'ends_at',
    'registration_closes_at',
    'location',
    'latitude',
    'longitude',
    'meeting_point',
    'distance_km',
    'cost',
    'capacity',
    'tags',
    'is_public',
    'created_at',
    'updated_at',
  ],
};

export function* activityRowsSql(plan: DemoPlan): Generator<string> {
  yield* insertBatches(TARGET, activityRows(plan));
}

const WHAT = [
  'Night hike',
  'Pfila',
  'Camp d’été',
  'Knots & lashings',
  "Leader's training",
  'Kitchen duty',
] as const;
const WHERE = [
  'Üetliberg',
  'Lac de Joux',
  'Brecon Beacons',
  'Schwarzwald',
  '高尾山',
  "L'Alpe d'Huez",
] as const;
const TAGS = [
  'outdoor',
  'rain or shine',
  'a,b',
  '"quoted"',
  '{braces}',
  'back\\slash',
  '',
  'NULL',
  null,
  '🏕️',
];

function* activityRows(plan: DemoPlan): Generator<readonly Literal[]> {
  for (let id = 1; id <= plan.activities; id++) {
    const random = randomFor(plan.seed, 'activities', id);
    const createdAt = instant(random);
    const startsAt = later(random, createdAt, 120);
    const place = random.pick(WHERE);
    const [latitude, longitude] = position(random, id);
    yield [
      number(id),
      random.chance(0.85) ? number(1 + random.below(plan.sections)) : NULL,
      number(1 + random.below(plan.members)),
      text(`${random.pick(WHAT)} ${place} ${id}`),
      description(random, id),
      timestamptz(startsAt),
      endsAt(random, id, startsAt),
      id === 2 ? "'-infinity'" : timestamptz(startsAt - 86_400_000_000n),
      text(random.chance(0.9) ? place : null),
      latitude,
      longitude,
      id === 1 ? "'(-0,0.1)'" : `point(${longitude}, ${latitude})`,
      distance(random, id),
      cost(random, id),
      random.pick(['12', '40', '32767', NULL]),
      tags(random, id),
      boolean(random.chance(0.3)),
      timestamptz(createdAt),
      timestamptz(later(random, createdAt, 100)),
    ];
  }
}

function description(random: Random, id: number): Literal {
  if (id % 5 === 0) return NULL;
  if (id % 3 === 0 || id < 3) return text(nastyText(id));
  return text(`Bring a ${random.pick(['head torch', 'mug', 'raincoat', 'songbook'])}. Meet at the hut.`);
}

function endsAt(random: Random, id: number, startsAt: bigint): Literal {
  if (id === 1) return timestamptz(startsAt);
  if (id === 2) return "'infinity'";
  return random.chance(0.1) ? NULL : timestamptz(later(random, startsAt, 9));
}

/** Degrees with seven digits; the first activity is on the equator, from the south. */
function position(random: Random, id: number): readonly [Literal, Literal] {
  if (id === 1) return ["'-0'", '179.99999999999997'];
  return [
    `${45 + random.below(6)}.${random.below(10_000_000)}`,
    `${6 + random.below(9)}.${random.below(10_000_000)}`,
  ];
}

/** What floats can be and few drivers carry whole; the smallest is a denormal. */
function distance(random: Random, id: number): Literal {
  const special = ["'NaN'", "'Infinity'", '5e-324', '0.30000000000000004'][id - 1];
  return special ?? random.pick(['12.5', '7', '1e21', "'-0'", NULL]);
}

function cost(random: Random, id: number): Literal {
  if (id === 3) return "'NaN'";
  return random.pick(['0.00', '12.50', '99999999.99', '7', NULL]);
}

function tags(random: Random, id: number): Literal {
  if (id === 1) return textArray(TAGS);
  if (id === 2) return textArray([]);
  if (random.chance(0.1)) return NULL;
  return textArray(TAGS.filter(() => random.chance(0.3)));
}

const STATUSES = ['registered', 'attended', 'cancelled', 'no show'] as const;

export function* participantRowsSql(plan: DemoPlan): Generator<string> {
  const columns = ['activity_id', 'user_id', 'status', 'joined_at'];
  yield* insertBatches({ table: 'public.activity_participants', columns }, participantRows(plan));
}

/** A run of neighbours by id for each activity: mostly one section, as in life. */
function* participantRows(plan: DemoPlan): Generator<readonly Literal[]> {
  for (let activity = 1; activity <= plan.activities; activity++) {
    const random = randomFor(plan.seed, 'participants', activity);
    const first = random.below(plan.members);
    for (let offset = 0; offset < plan.participantsPerActivity; offset++) {
      const user = ((first + offset) % plan.members) + 1;
      yield [number(activity), number(user), text(random.pick(STATUSES)), timestamptz(instant(random))];
    }
  }
}
