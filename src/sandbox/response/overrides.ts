import type { HeaderList } from '../errors/api-error.ts';
import { invalidResponseHeaders, invalidResponseStatus } from '../errors/request-errors.ts';
import type { ResultRow } from '../sql/result-sql.ts';
import type { Response } from './response.ts';

/**
 * The answer with the status and headers that the database has set for it (`response.status`, `response.headers`).
 * @throws ApiError PGRST111 or PGRST112 when they are not understood
 */
export function overridden(response: Response, row: Pick<ResultRow, 'headers' | 'status'>): Response {
  const status = row.status === null ? response.status : statusOf(row.status);
  if (row.headers === null) return { ...response, status };
  const own = headersOf(row.headers);
  const names = new Set(own.map(([name]) => name.toLowerCase()));
  const kept = response.headers.filter(([name]) => !names.has(name.toLowerCase()));
  return { ...response, status, headers: [...kept, ...own] };
}

function statusOf(text: string): number {
  const status = Number.parseInt(text, 10);
  if (Number.isNaN(status) || status < 100 || status > 999) throw invalidResponseStatus();
  return status;
}

function headersOf(text: string): HeaderList {
  let list: unknown;
  try {
    list = JSON.parse(text);
  } catch {
    throw invalidResponseHeaders();
  }
  if (!Array.isArray(list)) throw invalidResponseHeaders();
  return list.map((member: unknown) => {
    const entries = typeof member === 'object' && member !== null ? Object.entries(member) : [];
    const [name, value] = entries[0] ?? [];
    if (entries.length !== 1 || name === undefined || typeof value !== 'string')
      throw invalidResponseHeaders();
    return [name, value] as const;
  });
}
