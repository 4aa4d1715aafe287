/** Counts, sizes and ages as people read them. Pure: the moment is always given. */
import { t } from '@vscode/l10n';

const counts = new Intl.NumberFormat('en-US');
const oneDecimal = new Intl.NumberFormat('en-US', { maximumFractionDigits: 1 });

export function formatCount(count: number): string {
  return counts.format(count);
}

export function formatRows(count: number): string {
  return count === 1 ? t('1 row') : t('{0} rows', formatCount(count));
}

export function formatTables(count: number): string {
  return count === 1 ? t('1 table') : t('{0} tables', formatCount(count));
}

/** Decimal units, as network tools count: `3.2 MB`. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 999.95 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 ? counts.format(value) : oneDecimal.format(value)} ${units[unit] ?? 'B'}`;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** How long ago an ISO 8601 instant was, seen from `now` (milliseconds since the epoch): `5 min ago`. */
export function formatAge(instant: string, now: number): string {
  const then = Date.parse(instant);
  if (Number.isNaN(then)) return instant;
  const age = now - then;
  if (age < MINUTE) return t('just now');
  if (age < HOUR) return t('{0} min ago', Math.floor(age / MINUTE));
  if (age < DAY) return t('{0} h ago', Math.floor(age / HOUR));
  if (age < 2 * DAY) return t('yesterday');
  if (age < 30 * DAY) return t('{0} days ago', Math.floor(age / DAY));
  return t('on {0}', instant.slice(0, 10));
}

/** An ISO 8601 instant to the second, in UTC: `2026-03-01 14:05:09 UTC`. */
export function formatInstant(instant: string): string {
  return Number.isNaN(Date.parse(instant))
    ? instant
    : `${new Date(instant).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

/** A duration in milliseconds: `840 ms`, `12.3 s`, `4 min 5 s`. */
export function formatDuration(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  if (milliseconds < MINUTE) return `${oneDecimal.format(milliseconds / 1000)} s`;
  const seconds = Math.round(milliseconds / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
