import { Draws } from './draws.ts';
import type { KeyedHash } from './keyed-hash.ts';
import { civilFromDays, daysFromCivil, isCivilDate, printCivil, printTimeOfDay } from '../values/calendar.ts';

const DEFAULT_DAYS = 365;

/** A timestamp ends with 294276, and neither it nor a date begins before 4714 BC; no shift is longer than a century. */
const LAST_YEAR = 294_176;
const FIRST_YEAR = -4_612;
const MICROSECONDS_OF_SECOND = 1_000_000;
const SECONDS_OF_DAY = 86_400;

const DATE = /^(\d{4,7})-(\d\d)-(\d\d)(.*?)( BC)?$/s;
const TIME_OF_DAY = /^([T ])\d\d:\d\d(?::\d\d(?:\.(\d{1,6}))?)?/;
const MIDNIGHT = /^[T ]00:00(?::00(?:\.0+)?)?(?:Z|[+-]|$)/;

/** How the shift of a date is chosen. */
export interface DateShiftSettings {
  readonly hash: KeyedHash;
  /** Most days that a date moves. */
  readonly days?: number | undefined;
  /** Different dates must stay different: all of them move alike. */
  readonly unique: boolean;
}

/** Masks a date or timestamp in Postgres's ISO text; undefined when the text is none. `group` picks the shift if given. */
export type ShiftDate = (value: string, group: string | undefined) => string | undefined;

/**
 * Moves dates by 1 to `days` days, back or forth. Equal dates move alike; with a group, all dates of a group do, and
 * the time of day and the intervals stay. Otherwise the time of day, unless it is midnight, is drawn anew: microseconds
 * tell a row apart as well as a name does. The infinities stay.
 */
export function dateShift(settings: DateShiftSettings): ShiftDate {
  const { hash, unique, days = DEFAULT_DAYS } = settings;
  const draws = new Draws();
  return (value, group) => {
    if (value === 'infinity' || value === '-infinity') return value;
    const match = DATE.exec(value);
    if (match === null) return undefined;
    const [, year = '', month = '', day = '', rest = '', era] = match;
    const date = {
      year: era === undefined ? Number(year) : 1 - Number(year),
      month: Number(month),
      day: Number(day),
    };
    if (!isCivilDate(date)) return undefined;
    const intact = unique || group !== undefined;
    draws.seed(hash(unique ? 'shift' : group === undefined ? value : `group\0${group}`));
    const distance = draws.below(days) + 1;
    const back = draws.below(2) === 0;
    // At the ends of Postgres's calendar there is one way only.
    const shift = date.year >= LAST_YEAR ? -distance : back && date.year > FIRST_YEAR ? -distance : distance;
    const moved = printCivil(civilFromDays(daysFromCivil(date) + shift));
    const time = intact || MIDNIGHT.test(rest) ? rest : rest.replace(TIME_OF_DAY, otherTime(draws));
    return moved.date + time + moved.era;
  };
}

function otherTime(draws: Draws): (time: string, separator: string, fraction: string | undefined) => string {
  return (time, separator, fraction) => {
    const seconds = draws.below(SECONDS_OF_DAY);
    const microseconds =
      fraction === undefined || /^0+$/.test(fraction) ? 0 : draws.below(MICROSECONDS_OF_SECOND);
    const drawn = separator + printTimeOfDay(seconds * MICROSECONDS_OF_SECOND + microseconds);
    return drawn.slice(0, time.length);
  };
}
