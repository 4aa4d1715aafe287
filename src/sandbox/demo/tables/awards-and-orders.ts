import { insertBatches } from '../insert-batches.ts';
import { demoMember } from '../member.ts';
import { nastyText } from '../nasty-text.ts';
import type { DemoPlan } from '../plan.ts';
import { randomFor } from '../random.ts';
import { boolean, dateIn, instant, json, type Literal, NULL, number, text } from '../sql-literals.ts';

const AWARDS = {
  table: 'public."Badge Awards"',
  columns: [
    '"User Id"',
    '"Badge"',
    '"quo""te"',
    '"emoji 🙂"',
    '"select"',
    '"a.b"',
    '"Award Date"',
    '" ratio % "',
  ],
};
const BADGES = ['First Aid', "Cook's Badge", 'Knoten "Gold"', '焚き火', 'Astronomy'] as const;

export function* awardRowsSql(plan: DemoPlan): Generator<string> {
  yield* insertBatches(AWARDS, awardRows(plan));
}

/** One badge for every other member, each once: the pair is the key. */
function* awardRows(plan: DemoPlan): Generator<readonly Literal[]> {
  for (let index = 1; index <= plan.awards; index++) {
    const random = randomFor(plan.seed, 'awards', index);
    yield [
      number(index * 2 - 1),
      text(random.pick(BADGES)),
      text(random.chance(0.2) ? null : `"${nastyText(index)}"`),
      text(random.pick(['🥇', '👩🏽‍🚒', '', null])),
      boolean(random.chance(0.5)),
      random.pick(['-2147483648', '2147483647', '0', NULL]),
      text(dateIn(random, 2024)),
      random.pick(['0.1', '1e-45', "'-0'", "'NaN'", "'-Infinity'", NULL]),
    ];
  }
}

const ORDERS = {
  table: 'public."order"',
  columns: ['id', '"user"', '"group"', 'status', 'total', 'shipping_address', 'items', 'placed_at'],
};

export function* orderRowsSql(plan: DemoPlan): Generator<string> {
  yield* insertBatches(ORDERS, orderRows(plan));
}

function* orderRows(plan: DemoPlan): Generator<readonly Literal[]> {
  for (let id = 1; id <= plan.orders; id++) {
    const random = randomFor(plan.seed, 'orders', id);
    const buyer = demoMember(plan, 1 + random.below(plan.members));
    const { address } = buyer;
    const label =
      address === null
        ? null
        : `${buyer.name.full}\n${address.street}\n${address.postalCode} ${address.city}, ${address.country}`;
    yield [
      number(id),
      number(buyer.id),
      text(random.pick(['uniforms', 'tents', "cook's"])),
      text(random.pick(['pending', 'paid', 'shipped', 'returned'])),
      `${random.below(900)}.${String(random.below(100)).padStart(2, '0')}`,
      text(label),
      json([{ sku: `NECKERCHIEF-${random.hex(4)}`, quantity: 1 + random.below(5), note: nastyText(id) }]),
      `'${new Date(Number(instant(random) / 1000n)).toISOString().slice(0, 19)}'`,
    ];
  }
}
