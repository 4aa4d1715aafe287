/** A protected target that may be written to, for a while. Pure: moments are given, nothing is kept anywhere. */

/** One target is armed at a time. */
export interface Armed {
  readonly target: string;
  /** The URL that syncline.json named when it was armed. */
  readonly supabaseUrl?: string;
  /** Milliseconds since the epoch. */
  readonly until: number;
}

export interface ArmableTarget {
  readonly name: string;
  readonly supabaseUrl?: string;
}

export const DEFAULT_ARMED_MINUTES = 10;
const MOST_ARMED_MINUTES = 120;

/** Minutes as the setting gives them, within bounds whatever it holds. */
export function armedMinutes(setting: unknown): number {
  if (typeof setting !== 'number' || !(setting > 0)) return DEFAULT_ARMED_MINUTES;
  return Math.min(setting, MOST_ARMED_MINUTES);
}

export function arm({ name, supabaseUrl }: ArmableTarget, minutes: number, now: number): Armed {
  return { target: name, ...(supabaseUrl !== undefined && { supabaseUrl }), until: now + minutes * 60_000 };
}

/** What is left of it at a moment: nothing when its time is over, or when the target is not where it was. */
export function stillArmed(
  armed: Armed | undefined,
  targets: readonly ArmableTarget[],
  now: number,
): Armed | undefined {
  if (armed === undefined || now >= armed.until) return undefined;
  const target = targets.find(({ name }) => name === armed.target);
  return target !== undefined && target.supabaseUrl === armed.supabaseUrl ? armed : undefined;
}
