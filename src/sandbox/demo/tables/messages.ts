import { insertBatches } from '../insert-batches.ts';
import { demoMember } from '../member.ts';
import { longText, nastyText } from '../nasty-text.ts';
import type { DemoPlan } from '../plan.ts';
import { randomFor, type Random } from '../random.ts';
import { instant, later, type Literal, NULL, number, text, timestamptz } from '../sql-literals.ts';

/** Ids run across 2^53, so that paging by a key that went through a double loses or repeats rows. */
const ID_BEFORE_FIRST = 9_007_199_254_740_985n;

function messageId(index: number): Literal {
  return number(ID_BEFORE_FIRST + BigInt(index));
}

export function* messageRowsSql(plan: DemoPlan): Generator<string> {
  const columns = ['id', 'sender_id', 'activity_id', 'body', 'sent_at', 'reply_to', 'ip'];
  yield* insertBatches({ table: 'public.messages', columns }, messageRows(plan));
}

function* messageRows(plan: DemoPlan): Generator<readonly Literal[]> {
  for (let index = 1; index <= plan.messages; index++) {
    const random = randomFor(plan.seed, 'messages', index);
    const sender = 1 + random.below(plan.members);
    yield [
      messageId(index),
      number(sender),
      random.chance(0.6) ? number(1 + random.below(plan.activities)) : NULL,
      text(body(random, plan, index, sender)),
      timestamptz(instant(random)),
      replyTo(random, index),
      address(random),
    ];
  }
}

function body(random: Random, plan: DemoPlan, index: number, senderId: number): string {
  if (index === 4) return longText(random);
  if (index % 6 === 0 || index < 4) return nastyText(index);
  const sender = demoMember(plan, senderId);
  const other = demoMember(plan, 1 + random.below(plan.members));
  return random.pick([
    `Hi ${other.name.first}, can ${sender.name.first} bring the tent? 🏕️`,
    `My new number is ${sender.phone ?? sender.emergencyPhone}. ${sender.name.full}`,
    `Please write to <${other.email ?? other.recoveryEmail}> or ${sender.recoveryEmail}; thanks!\n\n${sender.name.first}`,
    `${other.name.full} moved to ${other.address?.street ?? 'the old hut'}, ${other.address?.city ?? 'somewhere'}.`,
    'On my way.',
    '👍',
  ]);
}

/** The third message answers itself; others answer one before them. */
function replyTo(random: Random, index: number): Literal {
  if (index === 3) return messageId(3);
  return index > 1 && random.chance(0.4)
    ? messageId(index - 1 - random.below(Math.min(index - 1, 20)))
    : NULL;
}

/** Addresses kept for documentation only (RFC 5737, RFC 3849), as hosts and as networks. */
function address(random: Random): Literal {
  const host = 1 + random.below(254);
  return random.pick([
    NULL,
    `'192.0.2.${host}'`,
    `'203.0.113.${host}'`,
    `'198.51.100.0/24'`,
    `'2001:db8::${host.toString(16)}'`,
    `'2001:db8:${random.hex(3)}::/48'`,
  ]);
}

export function* messageReadRowsSql(plan: DemoPlan): Generator<string> {
  const columns = ['message_id', 'user_id', 'read_at', 'device'];
  yield* insertBatches({ table: 'public.message_reads', columns }, messageReadRows(plan));
}

/** A log without a key: up to three readings of a message, and the first one recorded twice alike. */
function* messageReadRows(plan: DemoPlan): Generator<readonly Literal[]> {
  for (let index = 1; index <= plan.messages; index++) {
    const random = randomFor(plan.seed, 'reads', index);
    const readings = index === 1 ? 1 : random.below(4);
    for (let reading = 0; reading < readings; reading++) {
      const readAt = instant(random);
      const device = random.pick(["'web'", "'iOS 18'", '\'Android; Pixel "9"\'', "''", NULL]);
      const user = number(1 + random.below(plan.members));
      const row = [messageId(index), user, timestamptz(later(random, readAt, 3)), device];
      yield row;
      if (index === 1) yield row;
    }
  }
}
