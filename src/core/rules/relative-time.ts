/** `now`, `now-90d`, `now+1y`: times that are meant from the moment of a run. */
import { civilFromDays, daysFromCivil, isCivilDate, type CivilDate } from '../values/calendar.ts';

const SPELLING = /^now(?:([+-])(\d{1,5})([hdwmy]))?$/;

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** Milliseconds since the epoch; undefined when the text is no relative time. Months are the calendar's, in UTC. */
export function relativeTime(text: string, now: number): number | undefined {
  const match = SPELLING.exec(text);
  if (match === null) return undefined;
  const amount = Number(match[2] ?? '0') * (match[1] === '-' ? -1 : 1);
  switch (match[3]) {
    case 'h':
      return now + amount * HOUR;
    case 'w':
      return now + amount * 7 * DAY;
    case 'm':
      return addMonths(now, amount);
    case 'y':
      return addMonths(now, amount * 12);
    default:
      return now + amount * DAY;
  }
}

/** The same day of another month, or its last one, as Postgres adds an interval. */
function addMonths(now: number, months: number): number {
  const days = Math.floor(now / DAY);
  const { year, month, day } = civilFromDays(days);
  const counted = year * 12 + month - 1 + months;
  let moved: CivilDate = { year: Math.floor(counted / 12), month: (counted % 12) + 1, day };
  while (!isCivilDate(moved)) moved = { ...moved, day: moved.day - 1 };
  return daysFromCivil(moved) * DAY + (now - days * DAY);
}
