import { demoPlan, type DemoOptions, type DemoPlan } from './plan.ts';
import { activityRowsSql, participantRowsSql } from './tables/activities.ts';
import { awardRowsSql, orderRowsSql } from './tables/awards-and-orders.ts';
import { documentRowsSql } from './tables/documents.ts';
import { messageReadRowsSql, messageRowsSql } from './tables/messages.ts';
import { sectionLeadersSql, sectionMembershipRowsSql, sectionRowsSql } from './tables/sections.ts';
import { newsletterRowsSql, userRowsSql } from './tables/users.ts';

/** In an order that satisfies every foreign key after each statement. */
const STEPS: readonly ((plan: DemoPlan) => Generator<string>)[] = [
  sectionRowsSql,
  userRowsSql,
  sectionLeadersSql,
  newsletterRowsSql,
  sectionMembershipRowsSql,
  activityRowsSql,
  participantRowsSql,
  documentRowsSql,
  messageRowsSql,
  messageReadRowsSql,
  awardRowsSql,
  orderRowsSql,
];

/** The identity columns, whose sequences must go on after the rows that brought their own ids. */
const IDENTITIES: readonly string[] = ['sections', 'users', 'activities', 'messages', '"order"'];

/**
 * The rows for `demoSchemaSql`, as statements to run one after another, each valid by itself: multi-row INSERTs
 * of at most 200 rows and 256 KiB, then one for each sequence. The same options always give the same statements.
 * @throws SynclineError USAGE when the number of members is out of bounds.
 */
export function* demoRowsSql(options: DemoOptions): Generator<string> {
  const plan = demoPlan(options);
  for (const step of STEPS) yield* step(plan);
  for (const table of IDENTITIES) {
    yield `SELECT setval(pg_get_serial_sequence('public.${table}', 'id'), (SELECT max(id) FROM public.${table}));`;
  }
}
