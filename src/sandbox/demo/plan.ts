import { SynclineError } from '../../core/errors.ts';

export interface DemoOptions {
  /** How many people, 5 to 50,000; everything else is in proportion. */
  readonly members: number;
  /** Any 32-bit whole number; 1 when absent. */
  readonly seed?: number;
}

/** How many rows of each kind there will be. Ids run from 1 to the count. */
export interface DemoPlan {
  readonly seed: number;
  readonly members: number;
  readonly sections: number;
  readonly activities: number;
  readonly documents: number;
  readonly messages: number;
  readonly participantsPerActivity: number;
  readonly awards: number;
  readonly orders: number;
}

const FEWEST_MEMBERS = 5;
const MOST_MEMBERS = 50_000;

/** @throws SynclineError USAGE when the number of members is out of bounds. */
export function demoPlan(options: DemoOptions): DemoPlan {
  const { members, seed = 1 } = options;
  if (!Number.isInteger(members) || members < FEWEST_MEMBERS || members > MOST_MEMBERS) {
    throw new SynclineError(
      'USAGE',
      `The demo set has ${FEWEST_MEMBERS} to ${MOST_MEMBERS} members; ${members} were asked for.`,
      { members },
    );
  }
  return {
    seed,
    members,
    sections: Math.max(2, Math.round(members / 40)),
    activities: Math.max(4, Math.round(members / 4)),
    documents: Math.max(3, Math.round(members / 5)),
    messages: members * 2,
    participantsPerActivity: Math.min(12, members - 1),
    awards: Math.round(members / 2),
    orders: Math.max(2, Math.round(members / 3)),
  };
}

/** The section of a member: neighbours by id share one. */
export function sectionOf(plan: DemoPlan, memberId: number): number {
  return Math.floor(((memberId - 1) * plan.sections) / plan.members) + 1;
}

/** The member who leads a section: the first of its block of ids. */
export function firstMemberOf(plan: DemoPlan, sectionId: number): number {
  return Math.ceil(((sectionId - 1) * plan.members) / plan.sections) + 1;
}
